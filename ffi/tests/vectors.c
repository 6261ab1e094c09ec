/* Every case of the folders, such as core/tests/vectors, through the C interface: once serially and
 * from 8 threads at once, and the answers byte for byte as they are recorded.
 *
 * usage: vectors FOLDER...; the last line is `cases N identical N`. */
#define _POSIX_C_SOURCE 200809L
#include "cocket.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define THREADS 8

struct bytes {
    char *data;
    size_t len;
};

struct test_case {
    char path[512];
    struct bytes request;
    struct bytes answer;
    int differs;
};

static struct test_case *cases;
static size_t cases_len;

static void die(const char *what, const char *path) {
    fprintf(stderr, "vectors: %s: %s\n", path, what);
    exit(2);
}

static void *grown(void *memory, size_t size) {
    void *more = realloc(memory, size);
    if (more == NULL) die("out of memory", "-");
    return more;
}

static struct bytes read_file(const char *folder, const char *name) {
    char path[800];
    struct bytes read = {NULL, 0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) die("cannot be opened", path);
    for (;;) {
        read.data = grown(read.data, read.len + 65536);
        size_t more = fread(read.data + read.len, 1, 65536, file);
        read.len += more;
        if (more == 0) break;
    }
    if (ferror(file)) die("cannot be read", path);
    fclose(file);
    return read;
}

static void add(struct bytes *text, const char *data, size_t len) {
    text->data = grown(text->data, text->len + len + 1);
    memcpy(text->data + text->len, data, len);
    text->len += len;
}

static void add_string(struct bytes *text, struct bytes from) {
    for (size_t i = 0; i < from.len; i++) {
        unsigned char c = (unsigned char)from.data[i];
        char escaped[8];
        if (c == '"' || c == '\\') {
            snprintf(escaped, sizeof escaped, "\\%c", c);
            add(text, escaped, 2);
        } else if (c < 0x20) {
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
            add(text, escaped, 6);
        } else {
            add(text, from.data + i, 1);
        }
    }
}

/* request.json with the policy as its first member. */
static struct bytes request(const char *folder) {
    static const char head[] = "{\"policies\":[{\"name\":\"policy.yaml\",\"text\":\"";
    static const char tail[] = "\"}],";
    struct bytes policy = read_file(folder, "policy.yaml");
    struct bytes rest = read_file(folder, "request.json");
    struct bytes text = {NULL, 0};
    if (rest.len == 0 || rest.data[0] != '{') die("not an object", folder);
    add(&text, head, sizeof head - 1);
    add_string(&text, policy);
    add(&text, tail, sizeof tail - 1);
    add(&text, rest.data + 1, rest.len - 1);
    free(policy.data);
    free(rest.data);
    return text;
}

static void find(const char *folder, int depth) {
    DIR *listing = opendir(folder);
    if (listing == NULL) die("cannot be listed", folder);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        char path[512];
        struct stat status;
        if (entry->d_name[0] == '.') continue;
        int len = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (len < 0 || (size_t)len >= sizeof path) die("too long", folder);
        if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) continue;
        if (depth > 0) {
            find(path, depth - 1);
            continue;
        }
        cases = grown(cases, (cases_len + 1) * sizeof *cases);
        struct test_case *one = &cases[cases_len++];
        memcpy(one->path, path, sizeof path);
        one->request = request(path);
        one->answer = read_file(path, "answer.json");
        one->differs = 0;
    }
    closedir(listing);
}

static int is_identical(const struct test_case *one) {
    cocket_buffer *buffer = NULL;
    cocket_error *error = NULL;
    cocket_bytes asked = {(const uint8_t *)one->request.data, one->request.len};
    if (cocket_answer(asked, &buffer, &error) != COCKET_STATUS_OK) {
        cocket_text why = cocket_error_message(error);
        fprintf(stderr, "vectors: %s: %.*s\n", one->path, (int)why.len, why.data);
        cocket_error_free(&error);
        return 0;
    }
    cocket_bytes answer = cocket_buffer_bytes(buffer);
    int same = answer.len == one->answer.len &&
               (answer.len == 0 || memcmp(answer.data, one->answer.data, answer.len) == 0);
    cocket_buffer_free(&buffer);
    return same;
}

struct thread {
    pthread_t id;
    size_t first;
    char *differs;
};

/* All cases, each thread from another one on, so that different ones run at the same time. */
static void *run(void *argument) {
    struct thread *own = argument;
    for (size_t i = 0; i < cases_len; i++) {
        size_t at = (own->first + i) % cases_len;
        if (!is_identical(&cases[at])) own->differs[at] = 1;
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc < 2) die("usage: vectors FOLDER...", "arguments");
    for (int i = 1; i < argc; i++) {
        size_t before = cases_len;
        find(argv[i], 1);
        if (cases_len == before) die("has no case", argv[i]);
    }
    for (size_t i = 0; i < cases_len; i++) {
        cases[i].differs = !is_identical(&cases[i]);
    }
    struct thread threads[THREADS];
    for (size_t t = 0; t < THREADS; t++) {
        threads[t].first = t * cases_len / THREADS;
        threads[t].differs = calloc(cases_len, 1);
        if (threads[t].differs == NULL) die("out of memory", "-");
        if (pthread_create(&threads[t].id, NULL, run, &threads[t]) != 0) die("no thread", "-");
    }
    for (size_t t = 0; t < THREADS; t++) {
        pthread_join(threads[t].id, NULL);
        for (size_t i = 0; i < cases_len; i++) cases[i].differs |= threads[t].differs[i];
        free(threads[t].differs);
    }
    size_t identical = 0;
    for (size_t i = 0; i < cases_len; i++) {
        if (cases[i].differs) fprintf(stderr, "vectors: %s: other bytes\n", cases[i].path);
        else identical++;
        free(cases[i].request.data);
        free(cases[i].answer.data);
    }
    printf("cases %zu identical %zu\n", cases_len, identical);
    free(cases);
    return identical == cases_len ? 0 : 1;
}
