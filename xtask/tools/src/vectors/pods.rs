//! Rules about the pods of Kubernetes objects.

use serde_json::{Value, json};

use super::case::{Case, NAMED};

/// A pod that meets the level `restricted` of every version.
pub(super) fn hardened() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop"}, "spec": {
        "securityContext": {
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [{
            "name": "web",
            "image": NAMED,
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "capabilities": {"drop": ["ALL"]},
            },
        }],
    }})
}

/// The same pod with a value put in a place.
pub(super) fn with(pointer: &str, value: &Value) -> Value {
    let mut pod = hardened();
    set(&mut pod, pointer, value);
    pod
}

/// Puts a value in a place, whose parents are made.
pub(super) fn set(object: &mut Value, pointer: &str, value: &Value) {
    let Some(rest) = pointer.strip_prefix('/') else {
        *object = value.clone();
        return;
    };
    let (key, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match key.parse::<usize>() {
        Ok(position) => set(&mut object[position], rest, value),
        Err(_) => set(&mut object[key.replace("~1", "/")], rest, value),
    }
}

/// A case whose policy says nothing about images.
pub(super) fn case(name: &'static str, rule: &str, object: &Value) -> Case {
    let rules = format!("- id: images\n  static: {{action: pass}}\n- id: pods\n  {rule}");
    let objects = json!([{"name": "shop.json", "text": object.to_string()}]);
    Case::new(name, &rules).context("objects", objects)
}

pub(super) fn pass(case: Case, code: &'static str) -> Case {
    case.expect("allow", &["static.passed", code])
}

pub(super) fn fail(case: Case, code: &'static str) -> Case {
    case.expect("deny", &["static.passed", code])
}

pub(super) fn cases() -> Vec<Case> {
    [levels(), controls(), exemptions(), objects()].into_iter().flatten().collect()
}

fn levels() -> Vec<Case> {
    let sysctl = with(
        "/spec/securityContext/sysctls",
        &json!([{"name": "net.ipv4.tcp_rmem", "value": "4096 87380 6291456"}]),
    );
    let baseline = |version: &str| format!("podSecurity: {{level: baseline, version: {version}}}");
    vec![
        pass(
            case("podSecurity/restricted", "podSecurity: {level: restricted}", &hardened()),
            "podSecurity.met",
        ),
        pass(case("podSecurity/from-v1.32", &baseline("v1.32"), &sysctl), "podSecurity.met"),
        fail(case("podSecurity/before-v1.32", &baseline("v1.31"), &sysctl), "podSecurity.sysctls"),
        case("podSecurity/unknown-version", &baseline("v1.99"), &hardened())
            .expect("error", &["policy.value"]),
    ]
}

fn controls() -> Vec<Case> {
    let baseline = |name, code, pointer: &str, value: Value| {
        fail(case(name, "podSecurity: {level: baseline}", &with(pointer, &value)), code)
    };
    let restricted = |name, code, pointer: &str, value: Value| {
        fail(case(name, "podSecurity: {level: restricted}", &with(pointer, &value)), code)
    };
    const OWN: &str = "/spec/containers/0/securityContext";
    let own = |rest: &str| format!("{OWN}/{rest}");
    vec![
        baseline(
            "podSecurity/host-network",
            "podSecurity.host_namespaces",
            "/spec/hostNetwork",
            json!(true),
        ),
        baseline(
            "podSecurity/host-path",
            "podSecurity.host_path_volumes",
            "/spec/volumes",
            json!([{"name": "log", "hostPath": {"path": "/var/log"}}]),
        ),
        baseline(
            "podSecurity/host-port",
            "podSecurity.host_ports",
            "/spec/containers/0/ports",
            json!([{"containerPort": 80, "hostPort": 80}]),
        ),
        baseline(
            "podSecurity/probe-of-another-host",
            "podSecurity.host_probes",
            "/spec/containers/0/livenessProbe",
            json!({"httpGet": {"host": "169.254.169.254", "port": 80}}),
        ),
        baseline(
            "podSecurity/host-process",
            "podSecurity.host_process",
            "/spec/securityContext/windowsOptions",
            json!({"hostProcess": true}),
        ),
        baseline(
            "podSecurity/privileged",
            "podSecurity.privileged",
            &own("privileged"),
            json!(true),
        ),
        baseline(
            "podSecurity/added-capability",
            "podSecurity.capabilities",
            &own("capabilities/add"),
            json!(["NET_RAW"]),
        ),
        baseline(
            "podSecurity/app-armor",
            "podSecurity.app_armor",
            "/metadata/annotations",
            json!({"container.apparmor.security.beta.kubernetes.io/web": "unconfined"}),
        ),
        baseline(
            "podSecurity/seccomp",
            "podSecurity.seccomp",
            &own("seccompProfile"),
            json!({"type": "Unconfined"}),
        ),
        baseline(
            "podSecurity/se-linux",
            "podSecurity.se_linux",
            &own("seLinuxOptions"),
            json!({"user": "system_u"}),
        ),
        baseline(
            "podSecurity/proc-mount",
            "podSecurity.proc_mount",
            &own("procMount"),
            json!("Unmasked"),
        ),
        restricted(
            "podSecurity/capabilities-kept",
            "podSecurity.capabilities_restricted",
            &own("capabilities"),
            json!({"drop": ["NET_RAW"]}),
        ),
        restricted(
            "podSecurity/privilege-escalation",
            "podSecurity.privilege_escalation",
            &own("allowPrivilegeEscalation"),
            json!(null),
        ),
        restricted(
            "podSecurity/root",
            "podSecurity.run_as_non_root",
            &own("runAsNonRoot"),
            json!(false),
        ),
        restricted("podSecurity/user-0", "podSecurity.run_as_user", &own("runAsUser"), json!(0)),
        restricted(
            "podSecurity/no-seccomp",
            "podSecurity.seccomp_restricted",
            "/spec/securityContext/seccompProfile",
            json!(null),
        ),
        restricted(
            "podSecurity/proc-mount-restricted",
            "podSecurity.proc_mount_restricted",
            &own("procMount"),
            json!("Unmasked"),
        ),
        restricted(
            "podSecurity/volume",
            "podSecurity.volumes",
            "/spec/volumes",
            json!([{"name": "data", "nfs": {"server": "a", "path": "/"}}]),
        ),
    ]
}

fn exemptions() -> Vec<Case> {
    let rule = |image: &str| {
        format!(
            "podSecurity: {{level: restricted, exempt: [{{controls: [capabilities_restricted], \
             images: ['{image}']}}]}}"
        )
    };
    let adding = |names: Value| with("/spec/containers/0/securityContext/capabilities/add", &names);
    let exempt =
        case("podSecurity/exempt", &rule("registry.example.com/team/*"), &adding(json!(["CHOWN"])));
    let another = case(
        "podSecurity/exempt-image-only",
        &rule("registry.example.com/ops/*"),
        &adding(json!(["CHOWN"])),
    );
    let beyond = case(
        "podSecurity/exempt-down-to-baseline",
        &rule("registry.example.com/team/*"),
        &adding(json!(["SYS_ADMIN"])),
    );
    vec![
        exempt.expect("allow", &["static.passed", "podSecurity.exempt", "podSecurity.met"]),
        fail(another, "podSecurity.capabilities_restricted"),
        beyond.expect("deny", &["static.passed", "podSecurity.exempt", "podSecurity.capabilities"]),
    ]
}

fn objects() -> Vec<Case> {
    let rule = "podSecurity: {level: baseline}";
    let template = json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "shop"},
        "spec": {"jobTemplate": {"spec": {"template": hardened()}}}});
    let mut privileged = template.clone();
    set(&mut privileged, "/spec/jobTemplate/spec/template/spec/hostPID", &json!(true));
    vec![
        pass(case("podSecurity/cron-job", rule, &template), "podSecurity.met"),
        fail(case("podSecurity/cron-job-fails", rule, &privileged), "podSecurity.host_namespaces"),
        fail(
            case("podSecurity/unreadable-field", rule, &with("/spec/hostNetwork", &json!("false"))),
            "object.invalid",
        ),
        fail(
            case(
                "podSecurity/key-of-another-case",
                rule,
                &with("/spec/hostnetwork", &json!(false)),
            ),
            "object.invalid",
        ),
    ]
}
