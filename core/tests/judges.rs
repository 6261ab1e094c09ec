//! Judges that are asked and answer in JSON. `tests/judges/<area>/<case>` holds a policy, a wire
//! request without it, a judge's declaration with what it answers, what must come out by the case's
//! author's word, what the judge is asked (`asked.json`), and the answer byte for byte. Every
//! language plays them. With `COCKET_WRITE_VECTORS` set, `asked.json` and the answer are written
//! instead of compared.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evaluate::Engine;
use cocket::evidence::{AttachedKind, Evidence, Gap, GapKind};
use cocket::import::{self, Options};
use cocket::policy::{ObjectAnswer, ObjectCase, ObjectJudge, Policies, PolicySource};
use cocket::reference::Digest;
use cocket::wire::{JudgeHost, answer_with, judge};
use serde_json::{Value, json};

const DECLARATION: &str = r#"{"name":"pods","id":"acme-pods/1","rules":["host-network"]}"#;

/// Answers by the name of the object, and keeps what it was asked.
#[derive(Debug)]
struct Scripted {
    answers: Value,
    asked: Mutex<Vec<Value>>,
}

impl Scripted {
    fn new(answers: &Value) -> Arc<Self> {
        Arc::new(Self { answers: answers.clone(), asked: Mutex::default() })
    }
}

impl JudgeHost for Scripted {
    fn judge(&self, case: &str) -> Result<Vec<u8>, String> {
        let case: Value = serde_json::from_str(case).unwrap();
        let name = case["object"]["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(case);
        let answer = self.answers[&name].as_str().ok_or("it gave no answer")?;
        Ok(answer.as_bytes().to_vec())
    }
}

/// A judge in Rust that answers for nothing: where it failed, nobody would see it.
#[derive(Debug)]
struct Silent;

impl ObjectJudge for Silent {
    fn name(&self) -> &str {
        "silent"
    }

    fn digest(&self) -> Digest {
        Digest::sha256(b"silent")
    }

    fn rules(&self) -> Vec<String> {
        Vec::new()
    }

    fn judge(&self, _: &ObjectCase<'_>) -> ObjectAnswer {
        ObjectAnswer::default()
    }
}

fn cases() -> Vec<PathBuf> {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let mut cases: Vec<PathBuf> = folders(&root).iter().flat_map(|area| folders(area)).collect();
    cases.sort();
    assert!(cases.len() > 25, "{}", cases.len());
    cases
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn loaded(policy: &[u8], judges: &[Arc<dyn ObjectJudge>]) -> Engine {
    let source = PolicySource { name: "policy.yaml".to_owned(), bytes: policy.to_vec() };
    let policies = import::load_with_judges(&[source], Options::default(), judges).unwrap();
    Engine::new(&policies).unwrap()
}

/// The request without its evidence, and that.
fn parted(mut request: Value) -> (String, Evidence) {
    let mut evidence = Evidence::new();
    let members = request.as_object_mut().unwrap();
    let mut taken = |name| members.remove(name).unwrap_or_else(|| json!([]));
    let bytes = |item: &Value| STANDARD.decode(item["data"].as_str().unwrap()).unwrap();
    let subject = |item: &Value| item["subject"].as_str().map(|digest| digest.parse().unwrap());
    for item in taken("evidence").as_array().unwrap() {
        let media_type = item["mediaType"].as_str().unwrap();
        let kind = AttachedKind::from_media_type(media_type);
        match item["subject"].is_null() {
            true => _ = evidence.add_blob(Some(media_type), bytes(item)),
            false => {
                let annotations = item["annotations"].clone();
                let annotations = serde_json::from_value(annotations).unwrap();
                evidence.attach(subject(item), kind, bytes(item), annotations);
            }
        }
    }
    taken("vouched").as_array().unwrap().iter().for_each(|item| {
        evidence.vouch(subject(item), bytes(item));
    });
    for item in taken("gaps").as_array().unwrap() {
        let kind = match item["kind"].as_str().unwrap() {
            "incomplete" => GapKind::Incomplete,
            _ => GapKind::Unavailable,
        };
        let detail = item["detail"].as_str().unwrap().to_owned();
        evidence.add_gap(Gap { subject: subject(item), kind, detail });
    }
    (request.to_string(), evidence)
}

fn codes(answer: &Value) -> Value {
    let decisions = answer["decisions"].as_array().unwrap().iter();
    let reasons = decisions.flat_map(|decision| {
        let results = decision["results"].as_array().into_iter().flatten();
        let of_rules = results.flat_map(|result| result["reasons"].as_array().unwrap());
        of_rules.chain(decision["general"].as_array().into_iter().flatten())
    });
    let codes: BTreeSet<&str> = reasons.map(|reason| reason["code"].as_str().unwrap()).collect();
    json!({"verdict": answer["verdict"], "codes": codes})
}

/// A case, ready to be asked again and again.
struct Playing {
    case: PathBuf,
    host: Arc<Scripted>,
    engine: Engine,
    request: String,
    evidence: Evidence,
}

impl Playing {
    fn new(case: PathBuf) -> Self {
        let (request, script) = (parsed(&case, "request.json"), parsed(&case, "judge.json"));
        let host = Scripted::new(&script["answers"]);
        let declared = script["declaration"].to_string();
        let judges = [judge(declared.as_bytes(), Arc::clone(&host) as _).unwrap()];
        let engine = loaded(&read(&case.join("policy.yaml")), &judges);
        let (request, evidence) = parted(request);
        Self { case, host, engine, request, evidence }
    }

    fn answer(&self) -> Vec<u8> {
        answer_with(&self.engine, &self.evidence, self.request.as_bytes())
    }

    fn asked(&self) -> Value {
        Value::Array(std::mem::take(&mut *self.host.asked.lock().unwrap()))
    }
}

fn parsed(case: &Path, file: &str) -> Value {
    serde_json::from_slice(&read(&case.join(file))).unwrap()
}

#[test]
fn answers_are_as_expected_byte_for_byte() {
    let write = std::env::var_os("COCKET_WRITE_VECTORS").is_some();
    let (mut wrong, mut identical) = (Vec::new(), 0);
    let cases: Vec<Playing> = cases().into_iter().map(Playing::new).collect();
    for playing in &cases {
        let (answer, asked) = (playing.answer(), playing.asked());
        let (case, name) = (&playing.case, playing.case.display());
        let found = codes(&serde_json::from_slice(&answer).unwrap());
        if found != parsed(case, "expected.json") {
            wrong.push(format!("{name}: found {found}"));
        }
        if write {
            std::fs::write(case.join("answer.json"), &answer).unwrap();
            std::fs::write(case.join("asked.json"), format!("{asked:#}\n")).unwrap();
            continue;
        }
        let asks_the_same = parsed(case, "asked.json") == asked;
        if !asks_the_same {
            wrong.push(format!("{name}: asked {asked}"));
        }
        match read(&case.join("answer.json")) == answer {
            true => identical += usize::from(asks_the_same),
            false => {
                let answer = String::from_utf8_lossy(&answer);
                wrong.push(format!("{name}: other bytes: {answer}"));
            }
        }
    }
    // For `cargo xtask vectors`, which reads it behind whatever the harness has written.
    println!("\ncases {} identical {identical}", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn answers_are_the_same_bytes_from_eight_threads() {
    let cases: Vec<Playing> = cases().into_iter().map(Playing::new).collect();
    let expected: Vec<Vec<u8>> = cases.iter().map(Playing::answer).collect();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (cases, expected) = (&cases, &expected);
            scope.spawn(move || {
                for at in (0..cases.len()).map(|at| (at + thread * cases.len() / 8) % cases.len()) {
                    assert!(cases[at].answer() == expected[at], "{}", cases[at].case.display());
                }
            });
        }
    });
}

#[test]
fn what_is_wrong_with_a_declaration_is_said_by_its_place() {
    let refused = |declaration: &str| {
        let host = Scripted::new(&Value::Null);
        let faults = judge(declaration.as_bytes(), host).unwrap_err();
        (faults[0].path.clone(), faults[0].message.clone())
    };
    let with =
        |more: &str| refused(&DECLARATION.replace("\"rules\"", &format!("{more},\"rules\"")));
    assert_eq!(refused("{").0, "1:1");
    assert_eq!(refused("null").0, "");
    assert_eq!(refused(r#"{"name":"pods","id":"a/1","rules":[]}"#).0, "/rules");
    assert_eq!(refused(r#"{"name":"pods","id":" ","rules":["a"]}"#).0, "/id");
    assert_eq!(refused(r#"{"name":"a b","id":"a/1","rules":["a"]}"#).0, "/name");
    assert_eq!(refused(r#"{"name":"pods","id":"a/1","rules":["a","b","a"]}"#).0, "/rules/2");
    assert_eq!(with(r#""rule":["a"]"#).0, "/rule");
    assert_eq!(with(r#""signed":[{"authority":"release"}]"#).0, "/signed/0");
    let both = r#""authorities":{"release":{"key":{"pem":"x"}}},"signed":[{"authority":"release",
        "annotations":{"a":"b"},"predicateType":"https://slsa.dev/provenance/v1"}]"#;
    assert_eq!(with(both).0, "/signed/0");
    let unknown = with(r#""authorities":{"release":{"key":{"pen":"x"}}}"#);
    assert_eq!(unknown.0, "/authorities/release/key/pen");
    let (_, message) = with(r#""equivalent":{"kind":"ImagePolicy"}"#);
    assert!(message.contains("apiVersion"), "{message}");
}

#[test]
fn a_judge_of_its_own_name_with_authorities_that_can_count() {
    let made =
        |declaration: &str| judge(declaration.as_bytes(), Scripted::new(&json!({}))).unwrap();
    let load = |policy: &str, judges| {
        let source = PolicySource { name: "p.yaml".to_owned(), bytes: policy.as_bytes().to_vec() };
        Policies::load_with_judges(&[source], judges)
    };
    let policy = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: pods}\n\
        spec: {rules: [{id: pinned, reference: {digest: required}}]}\n";
    let set = "apiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: s}\nspec: {}\n";
    let errors = load(policy, vec![made(DECLARATION)]).unwrap_err();
    let error = &errors.as_slice()[0];
    assert_eq!((&*error.file, &*error.path), ("pods", "name"));
    assert!(load(set, vec![made(DECLARATION), made(DECLARATION)]).is_err());
    let nothing = load(set, vec![Arc::new(Silent)]).unwrap_err();
    assert_eq!(nothing.as_slice()[0].path, "rules");
    let authority = |model: &str| {
        let authorities = format!(r#""authorities":{{"release":{model}}},"rules""#);
        load(set, vec![made(&DECLARATION.replace("\"rules\"", &authorities))])
    };
    for (model, path) in [
        ("{}", "authorities.release"),
        (r#"{"key":{"trustRoot":"acme","name":"release"}}"#, "authorities.release.key.trustRoot"),
        (r#"{"key":{"pem":"x"}}"#, "authorities.release.key.pem"),
    ] {
        assert_eq!(authority(model).unwrap_err().as_slice()[0].path, path);
    }
    // What nobody supplies here, the engine refuses.
    let policies = authority(r#"{"verifier":{"name":"device"}}"#).unwrap();
    assert!(Engine::new(&policies).is_err());
}

#[test]
fn the_declaration_makes_the_digest_and_what_is_written_in_its_place() {
    let load = |declaration: &str| {
        let judges = vec![judge(declaration.as_bytes(), Scripted::new(&json!({}))).unwrap()];
        Policies::load_with_judges(&[], judges).unwrap()
    };
    let policies = load(DECLARATION);
    assert_eq!(policies.digest(), load(&DECLARATION.replace(',', " , ")).digest());
    assert_ne!(policies.digest(), load(&DECLARATION.replace("/1", "/2")).digest());
    assert!(policies.to_yaml().contains("`pods` judges objects and has no equivalent here"));
    let equivalent = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy", "metadata": {"name": "pods"},
        "spec": {"rules": [{"id": "host-network", "podSecurity": {"level": "baseline"}}]},
    });
    let more = format!(r#""equivalent":{equivalent},"rules""#);
    let written = load(&DECLARATION.replace("\"rules\"", &more)).to_yaml();
    assert_eq!(Policies::from_text("again.yaml", &written).unwrap().image_policies().len(), 1);
}

#[test]
fn an_answer_that_is_too_large_denies() {
    let result = r#"{"rule":"host-network","outcome":"pass"}"#;
    let message = result.replace('}', &format!(r#","message":"{}"}}"#, "x".repeat(1024 * 1024)));
    for (results, words) in [
        (vec![result; 1001].join(","), "more than 1000 results"),
        (message, "larger than 1048576 bytes"),
        (vec![result; 1000].join(","), ""),
    ] {
        let host = Scripted::new(&json!({"web": format!(r#"{{"results":[{results}]}}"#)}));
        let judges = [judge(DECLARATION.as_bytes(), host).unwrap()];
        let policies = import::load_with_judges(&[], Options::default(), &judges).unwrap();
        let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"a"}]}}"#;
        let objects = json!({"objects": [{"name": "pod.json", "text": pod}]});
        let request = json!({"op": "check", "now": "2026-11-23T12:00:00Z", "context": objects});
        let engine = Engine::new(&policies).unwrap();
        let answer = answer_with(&engine, &Evidence::new(), request.to_string().as_bytes());
        let answer = String::from_utf8(answer).unwrap();
        let verdict = if words.is_empty() { r#""verdict":"allow""# } else { r#""verdict":"deny""# };
        assert!(answer.contains(words) && answer.contains(verdict), "{words}");
    }
}
