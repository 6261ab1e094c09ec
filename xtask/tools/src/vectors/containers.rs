//! `container` and `annotation`.

use serde_json::{Value, json};

use super::case::Case;
use super::pods::{case, fail, hardened, pass, with};

const ONE: &str = "/spec/containers/0";
const OWN: &str = "/spec/containers/0/securityContext";

pub(super) fn cases() -> Vec<Case> {
    [accepted(), security(), host(), running(), annotations()].into_iter().flatten().collect()
}

fn accepted() -> Vec<Case> {
    let accepted = |name, rule: &str, pod: &Value| {
        pass(case(name, &format!("container: {{{rule}}}"), pod), "container.accepted")
    };
    let user = with("/spec/securityContext/runAsNonRoot", &json!(null));
    let user = {
        let mut pod = user;
        super::pods::set(&mut pod, "/spec/securityContext/runAsUser", &json!(1000));
        pod
    };
    let resources = json!({"limits": {"cpu": "1", "memory": "64Mi"}});
    let annotated =
        json!({"container.apparmor.security.beta.kubernetes.io/web": "runtime/default"});
    vec![
        accepted(
            "container/accepted",
            "privileged: deny, privilegeEscalation: deny, runAsRoot: deny, seccomp: [RuntimeDefault], \
             capabilities: {drop: [NET_RAW], add: deny}, seLinuxTypes: [container_t], \
             hostNamespaces: deny, hostPorts: deny, hostPaths: deny, pullPolicy: [IfNotPresent]",
            &hardened(),
        ),
        accepted("container/user-of-the-pod", "runAsRoot: deny", &user),
        accepted(
            "container/requests-by-default",
            "resources: {requests: [cpu, memory], limits: [memory]}",
            &with(&format!("{ONE}/resources"), &resources),
        ),
        accepted(
            "container/app-armor-annotation",
            "appArmor: [RuntimeDefault, Localhost]",
            &with("/metadata/annotations", &annotated),
        ),
        accepted(
            "container/host-path-allowed",
            "hostPaths: {allow: [/var/log]}",
            &with("/spec/volumes", &json!([{"name": "log", "hostPath": {"path": "/var/log/app"}}])),
        ),
    ]
}

fn security() -> Vec<Case> {
    let failing = |name, code, rule: &str, pointer: &str, value: Value| {
        let place = format!("{OWN}/{pointer}");
        fail(case(name, &format!("container: {{{rule}}}"), &with(&place, &value)), code)
    };
    vec![
        failing(
            "container/privileged",
            "container.privileged",
            "privileged: deny",
            "privileged",
            json!(true),
        ),
        failing(
            "container/privilege-escalation",
            "container.privilege_escalation",
            "privilegeEscalation: deny",
            "allowPrivilegeEscalation",
            json!(null),
        ),
        failing(
            "container/root",
            "container.run_as_root",
            "runAsRoot: deny",
            "runAsUser",
            json!(0),
        ),
        failing(
            "container/root-filesystem",
            "container.root_filesystem",
            "readOnlyRootFilesystem: required",
            "privileged",
            json!(false),
        ),
        failing(
            "container/capability-kept",
            "container.capability_kept",
            "capabilities: {drop: [NET_RAW]}",
            "capabilities",
            json!({"drop": ["all"]}),
        ),
        failing(
            "container/capability-added",
            "container.capability_added",
            "capabilities: {add: {allow: [NET_BIND_SERVICE]}}",
            "capabilities/add",
            json!(["NET_ADMIN"]),
        ),
        failing(
            "container/seccomp",
            "container.seccomp",
            "seccomp: [Localhost]",
            "privileged",
            json!(false),
        ),
        failing(
            "container/app-armor",
            "container.app_armor",
            "appArmor: [RuntimeDefault]",
            "privileged",
            json!(false),
        ),
        failing(
            "container/se-linux",
            "container.se_linux",
            "seLinuxTypes: [container_t]",
            "seLinuxOptions",
            json!({"type": "spc_t"}),
        ),
    ]
}

fn host() -> Vec<Case> {
    let failing = |name, code, rule: &str, pointer: &str, value: Value| {
        fail(case(name, &format!("container: {{{rule}}}"), &with(pointer, &value)), code)
    };
    let volume = |path: &str| json!([{"name": "log", "hostPath": {"path": path}}]);
    vec![
        failing(
            "container/host-network",
            "container.host_namespaces",
            "hostNamespaces: deny",
            "/spec/hostNetwork",
            json!(true),
        ),
        failing(
            "container/host-port",
            "container.host_ports",
            "hostPorts: deny",
            "/spec/containers/0/ports",
            json!([{"hostPort": 80}]),
        ),
        failing(
            "container/host-path",
            "container.host_path",
            "hostPaths: deny",
            "/spec/volumes",
            volume("/"),
        ),
        failing(
            "container/host-path-up-again",
            "container.host_path",
            "hostPaths: {allow: [/var/log]}",
            "/spec/volumes",
            volume("/var/log/../lib"),
        ),
    ]
}

fn running() -> Vec<Case> {
    let failing = |name, code, rule: &str, pointer: &str, value: Value| {
        fail(case(name, &format!("container: {{{rule}}}"), &with(pointer, &value)), code)
    };
    let resources = json!({"limits": {"memory": "0"}});
    let latest = format!("{ONE}/image");
    vec![
        failing(
            "container/resources",
            "container.resources",
            "resources: {limits: [memory]}",
            &format!("{ONE}/resources"),
            resources,
        ),
        failing(
            "container/pull-policy",
            "container.pull_policy",
            "pullPolicy: [Always]",
            &format!("{ONE}/imagePullPolicy"),
            json!("IfNotPresent"),
        ),
        failing(
            "container/pull-policy-of-latest",
            "container.pull_policy",
            "pullPolicy: [IfNotPresent]",
            &latest,
            json!("registry.example.com/team/app:latest"),
        ),
        failing(
            "container/no-pull-secret",
            "container.pull_secret",
            "pullSecrets: required",
            "/spec/imagePullSecrets",
            json!([]),
        ),
        failing(
            "container/another-pull-secret",
            "container.pull_secret",
            "pullSecrets: {oneOf: [registry]}",
            "/spec/imagePullSecrets",
            json!([{"name": "mine"}]),
        ),
        failing(
            "container/service-account-token",
            "container.service_account_token",
            "serviceAccountToken: deny",
            "/spec/automountServiceAccountToken",
            json!(null),
        ),
        case("container/nothing-asked", "container: {}", &hardened())
            .expect("error", &["policy.contradiction"]),
    ]
}

fn annotations() -> Vec<Case> {
    let rule =
        |value: &str| format!("annotation: {{name: security.example.com/scan-status, {value}}}");
    let saying = |text: &str| {
        with("/metadata/annotations", &json!({"security.example.com/scan-status": text}))
    };
    let asserted = "annotation.self_asserted";
    let of = |name, value: &str, pod: &Value| case(name, &rule(value), pod);
    vec![
        of("annotation/equals", "equals: passed", &saying("passed"))
            .expect("allow", &["static.passed", "annotation.accepted", asserted]),
        of("annotation/matches", "matches: 'passed-\\d+'", &saying("passed-12"))
            .expect("allow", &["static.passed", "annotation.accepted", asserted]),
        of("annotation/matches-not-in-part", "matches: 'passed'", &saying("not passed"))
            .expect("deny", &["static.passed", "annotation.mismatch", asserted]),
        of("annotation/one-of", "oneOf: [passed, waived]", &saying("failed"))
            .expect("deny", &["static.passed", "annotation.mismatch", asserted]),
        of("annotation/missing", "equals: passed", &hardened())
            .expect("deny", &["static.passed", "annotation.missing", asserted]),
    ]
}
