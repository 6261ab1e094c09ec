//! One case: a policy, a request, and what must come out.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket_testkit::{Image, Index, Report, Signature, Signer};
use serde_json::{Value, json};

/// The moment that cases are judged at.
pub(super) const NOW: &str = "2026-11-23T12:00:00Z";
/// The repository of the judged image.
pub(super) const REPOSITORY: &str = "registry.example.com/team/app";

/// An image in it, by name alone.
pub(super) const NAMED: &str = "registry.example.com/team/app:1.2";

/// A case under construction. What it holds beside the policy is a wire request.
pub(super) struct Case {
    name: &'static str,
    policy: String,
    request: Value,
    verdict: &'static str,
    codes: Vec<&'static str>,
    judge: Option<Value>,
}

impl Case {
    /// A case in `area/name`, whose policy has these rules (YAML, a list) and these authorities.
    pub(super) fn new(name: &'static str, rules: &str) -> Self {
        Self::of_policy(name, &policy("", rules))
    }

    /// A case with a whole policy text.
    pub(super) fn of_policy(name: &'static str, policy: &str) -> Self {
        let request = json!({"op": "check", "now": NOW, "evidence": [], "context": {"images": []}});
        Self {
            name,
            policy: policy.to_owned(),
            request,
            verdict: "deny",
            codes: Vec::new(),
            judge: None,
        }
    }

    /// The judged image: given by name and digest.
    pub(super) fn image(self, image: &Image) -> Self {
        let reference = format!("{REPOSITORY}:1.2@{}", image.digest());
        self.named(&reference).blobs(image.blobs())
    }

    /// The judged index.
    pub(super) fn index(self, index: &Index) -> Self {
        let reference = format!("{REPOSITORY}:1.2@{}", index.digest());
        self.named(&reference).blobs(index.blobs())
    }

    /// An image by its name alone.
    pub(super) fn named(self, reference: &str) -> Self {
        self.request(json!({"image": reference}))
    }

    /// An image with whatever else the request says of it.
    pub(super) fn request(mut self, image: Value) -> Self {
        push(&mut self.request["context"]["images"], image);
        self
    }

    /// A member of the request's context.
    pub(super) fn context(mut self, key: &str, value: Value) -> Self {
        self.request["context"][key] = value;
        self
    }

    /// A member of the request itself.
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.request[key] = value;
        self
    }

    /// The operation `objects`, which decides on nothing and has no moment.
    pub(super) fn listing(mut self) -> Self {
        if let Value::Object(members) = &mut self.request {
            members.retain(|name, _| !["now", "evidence"].contains(&name.as_str()));
        }
        self.with("op", json!("objects"))
    }

    /// An operation that looks at policies alone, without a moment.
    pub(super) fn about_policies(mut self, operation: &str) -> Self {
        if let Value::Object(members) = &mut self.request {
            members.retain(|name, _| !["now", "evidence", "context"].contains(&name.as_str()));
        }
        self.with("op", json!(operation))
    }

    pub(super) fn blobs<'a>(
        mut self,
        blobs: impl Iterator<Item = (&'static str, &'a [u8])>,
    ) -> Self {
        for (media_type, bytes) in blobs {
            let item = json!({"mediaType": media_type, "data": STANDARD.encode(bytes)});
            push(&mut self.request["evidence"], item);
        }
        self
    }

    /// Something attached to the image with this digest.
    pub(super) fn attached(mut self, subject: &str, signature: &Signature) -> Self {
        let item = json!({
            "mediaType": signature.media_type,
            "subject": subject,
            "annotations": signature.annotations,
            "data": STANDARD.encode(&signature.bytes),
        });
        push(&mut self.request["evidence"], item);
        self
    }

    /// A report that the caller vouches for.
    pub(super) fn report(self, report: &Report) -> Self {
        self.vouched(report.to_json().as_bytes(), None)
    }

    /// Bytes that the caller vouches for.
    pub(super) fn vouched(mut self, bytes: &[u8], subject: Option<&str>) -> Self {
        let mut item = json!({"data": STANDARD.encode(bytes)});
        if let Some(subject) = subject {
            item["subject"] = json!(subject);
        }
        if self.request["vouched"].is_null() {
            self.request["vouched"] = json!([]);
        }
        push(&mut self.request["vouched"], item);
        self
    }

    pub(super) fn gap(self, kind: &str, subject: &str) -> Self {
        let detail = "connection reset while reading";
        self.with("gaps", json!([{"subject": subject, "kind": kind, "detail": detail}]))
    }

    /// A judge of a program's own beside the policy, and what it answers about an object of a name;
    /// without a text it has no answer.
    pub(super) fn judge(self, declaration: &Value, answers: &[(&str, Option<&str>)]) -> Self {
        let answers: BTreeMap<&str, Option<&str>> = answers.iter().copied().collect();
        Self { judge: Some(json!({"declaration": declaration, "answers": answers})), ..self }
    }

    /// What must come out: the verdict, and the codes of all reasons, sorted, each once.
    pub(super) fn expect(mut self, verdict: &'static str, codes: &[&'static str]) -> Self {
        self.verdict = verdict;
        self.codes = codes.to_vec();
        self.codes.sort_unstable();
        self
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let folder = folder.join(self.name);
        let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
        std::fs::create_dir_all(&folder).map_err(fault)?;
        let expected = json!({"verdict": self.verdict, "codes": self.codes});
        let judge = self.judge.iter().map(|judge| ("judge.json", format!("{judge:#}\n")));
        let files = [
            ("policy.yaml", self.policy.clone()),
            ("request.json", format!("{:#}\n", self.request)),
            ("expected.json", format!("{expected:#}\n")),
        ];
        for (file, text) in files.into_iter().chain(judge) {
            std::fs::write(folder.join(file), text).map_err(fault)?;
        }
        Ok(())
    }
}

fn push(list: &mut Value, item: Value) {
    if let Value::Array(list) = list {
        list.push(item);
    }
}

/// A policy text: `spec` are further members of the specification.
pub(super) fn policy(spec: &str, rules: &str) -> String {
    let indented = |text: &str, by: &str| {
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .fold(String::new(), |out, line| out + by + line + "\n")
    };
    format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: production}}\nspec:\n{}  rules:\n{}",
        indented(spec, "  "),
        indented(rules, "    "),
    )
}

/// A policy whose authorities are keys of these names.
pub(super) fn signed_policy(names: &[&str], rules: &str) -> String {
    policy(&authorities(names), rules)
}

/// The `authorities` member for keys of these names.
pub(super) fn authorities(names: &[&str]) -> String {
    let keys = names
        .iter()
        .map(|name| format!("  {name}: {{key: {{pem: {}}}}}\n", json!(Signer::named(name).pem())));
    format!("authorities:\n{}", keys.collect::<String>())
}

/// An image that every rule of the cases accepts.
pub(super) fn good_image() -> Image {
    image(
        &json!({"User": "10001", "Labels": {"org.opencontainers.image.source": "https://git.example.com/team/app"}}),
    )
}

/// The same layers with another configuration.
pub(super) fn image(config: &Value) -> Image {
    Image::new(&["base", "app"], config, &json!({}))
}
