//! Texts that are refused, and that nothing makes the reader panic.

use super::real::naive;
use super::*;

#[test]
fn wrong_types_are_named_with_their_place() {
    for (right, wrong, path, line) in [
        ("  - name: setup\n    image: \"setup:1\"\n", "    a: b\n", "spec.initContainers", 14),
        ("\"setup:1\"", "1.27", "spec.initContainers[0].image", 15),
        ("\"setup:1\"", "[a]", "spec.initContainers[0].image", 15),
        ("\"setup:1\"", "true", "spec.initContainers[0].image", 15),
        ("\"setup:1\"", "0x10", "spec.initContainers[0].image", 15),
        ("'nginx:1.27'", "yes", "spec.containers[0].image", 17),
        ("name: nginx", "name: 1_000", "spec.containers[0].name", 18),
        ("models/m:1", "{}", "spec.volumes[0].image.reference", 10),
        ("      reference: models/m:1\n", "      - x\n", "spec.volumes[0].image", 10),
        ("namespace: shop", "namespace: [shop]", "metadata.namespace", 5),
        ("name: web", "name: 2026-11-01", "metadata.name", 4),
        ("kind: Pod", "kind: {}", "kind", 2),
    ] {
        assert!(POD.contains(right), "{right}");
        let error = refusal(&POD.replace(right, wrong));
        assert_eq!((error.path.as_str(), error.line), (path, line), "{wrong}: {error}");
    }
    for whole in ["a", "[]", "- a", "1", "apiVersion: v1", "kind: Pod", "apiVersion: v1\nkind: ''"]
    {
        refusal(whole);
    }
    let spec = "apiVersion: v1\nkind: Pod\nspec: []\n";
    assert_eq!(refusal(spec).path, "spec");
}

#[test]
fn what_other_readers_would_read_differently_is_refused() {
    for (right, wrong, path) in [
        ("    name: nginx\n", "    name: nginx\n    name: x\n", "spec.containers[0].name"),
        ("    emptyDir: {}", "    emptyDir: {a: 1, \"a\": 1}", "spec.volumes[1].emptyDir.a"),
        ("kind: Pod\n", "kind: Pod\nkind: ConfigMap\n", "kind"),
        ("kind: Pod\n", "kind: Pod\nKind: ConfigMap\n", "Kind"),
        ("kind: Pod\n", "kind: Pod\nSpec: {}\n", "Spec"),
        ("  name: web\n", "  name: web\n  nameSpace: x\n", "metadata.nameSpace"),
        ("  containers:\n", "  Containers: []\n  containers:\n", "spec.Containers"),
        ("    name: nginx\n", "    name: nginx\n    Image: x\n", "spec.containers[0].Image"),
        (
            "      reference:",
            "      Reference: x\n      reference:",
            "spec.volumes[0].image.Reference",
        ),
    ] {
        assert!(POD.contains(right), "{right}");
        let error = refusal(&POD.replacen(right, wrong, 1));
        assert_eq!(error.path, path, "{wrong}: {error}");
    }
    let merge = "apiVersion: v1\nkind: ConfigMap\na: &a {b: c}\nd:\n  <<: *a\n";
    assert!(refusal(merge).detail.contains("merge"));
    for text in [
        "apiVersion: v1\nkind: ConfigMap\ndata: !!binary aGk=\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: !secret x\n",
        "apiVersion: v1\nkind: ConfigMap\n? [a]\n: b\n",
        "%YAML 1.1\n---\napiVersion: v1\nkind: ConfigMap\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {x: \"\n---y\n\"}\n",
        "apiVersion: v1\nkind: ConfigMap\n{}\n",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}{}",
        "apiVersion: v1\nkind: ConfigMap\ndata: *unknown\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: &a [*a]\n",
        "apiVersion: v1\nkind: Config\u{0}Map\n",
    ] {
        refusal(text);
    }
    assert!(Objects::parse("o", b"apiVersion: v1\nkind: \xff\n").is_err_and(|e| e.line == 2));
    let quoted = "apiVersion: v1\nkind: ConfigMap\ndata: {\"<<\": x, y: !!str 1}\n";
    assert_eq!(parse(quoted).unwrap().unjudged.len(), 1);
}

#[test]
fn aliases_stand_for_what_they_name() {
    let text = "\
apiVersion: v1
kind: Pod
spec:
  containers:
  - &c
    name: a
    image: &i nginx:1
  - name: b
    image: *i
  initContainers: [*c]
";
    let objects = parse(text).unwrap();
    let found: Vec<_> =
        objects.workloads[0].images.iter().map(|one| (one.line, &*one.image)).collect();
    assert_eq!(found, [(7, "nginx:1"), (7, "nginx:1"), (7, "nginx:1")]);
}

#[test]
fn work_is_bounded() {
    let head = "apiVersion: v1\nkind: ConfigMap\n";
    let bomb = (1..30).fold(format!("{head}a0: &a0 [x]\n"), |text, level| {
        let last = level - 1;
        text + &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{last}"); 9].join(","))
    });
    assert!(refusal(&bomb).detail.starts_with("more than"), "{}", refusal(&bomb));
    let chain = (1..200).fold(format!("{head}a0: &a0 [x]\n"), |text, level| {
        text + &format!("a{level}: &a{level} [*a{}]\n", level - 1)
    });
    assert!(refusal(&chain).detail.contains("nested"));
    let many = format!("{head}a: &a x\nb: [{}]\n", "*a,".repeat(1_001));
    assert!(refusal(&many).detail.contains("aliases"));
    refusal(&format!("{head}a: {}{}\n", "[".repeat(500), "]".repeat(500)));
    refusal(
        &(0..500).fold(head.to_owned(), |text, level| text + &format!("{}a:\n", " ".repeat(level))),
    );
    assert!(refusal(&" ".repeat(16 * 1024 * 1024 + 1)).detail.contains("bytes"));
    assert!(refusal(&"---\n".repeat(20_001)).detail.contains("documents"));
    let objects = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{}{{}}]}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\"},".repeat(50_001)
    );
    assert!(refusal(&objects).detail.contains("objects"));
}

proptest! {
    #[test]
    fn a_changed_byte_never_panics(at in 0_usize..2_000, byte: u8) {
        let mut bytes = POD.as_bytes().to_vec();
        let at = at.checked_rem(bytes.len()).unwrap();
        bytes[at] = byte;
        let Ok(objects) = Objects::parse("o", &bytes) else { return Ok(()) };
        // Whatever it is read as, what another reader takes for a pod does not go unseen.
        let text = std::str::from_utf8(&bytes).unwrap();
        let others: Vec<Value> = serde_saphyr::from_multiple(text).unwrap_or_default();
        let mut found = Vec::new();
        others.iter().for_each(|document| naive(document, &mut found));
        let seen = !objects.workloads.is_empty()
            || objects.unjudged.iter().any(|passed| passed.carries_pods);
        prop_assert!(seen || found.is_empty());
    }

    #[test]
    fn a_cut_text_never_panics(end in 0_usize..2_000) {
        let end = end.min(POD.len());
        let _ = Objects::parse("o", &POD.as_bytes()[..end]);
    }

    #[test]
    fn images_of_generated_pods_are_found(
        containers in proptest::collection::vec("[a-z]{1,8}(/[a-z]{1,8})?(:[a-z0-9]{1,5})?", 1..6),
        init in proptest::collection::vec("[a-z]{1,8}", 0..3),
    ) {
        let list = |images: &[String]| -> Vec<Value> {
            images.iter().map(|image| json!({"name": "c", "image": image})).collect()
        };
        let pod = json!({"apiVersion": "v1", "kind": "Pod",
            "spec": {"containers": list(&containers), "initContainers": list(&init)}});
        let objects = parse(&pod.to_string()).unwrap();
        let found: Vec<_> = images(&objects).into_iter().map(|(_, image)| image).collect();
        let expected: Vec<_> = init.iter().chain(&containers).map(String::as_str).collect();
        prop_assert_eq!(found, expected);
    }
}
