use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Signer;
use crate::certificate::{
    ECDSA_SHA256, FULCIO, San, authority, content, extension, general_name, name, pem, signed, spki,
};
use crate::der::{int, octets, oid, seq, set, time, tlv, utf8};
use crate::entry::{Entry, Sealed, sealed, statement};

const SHA256: &str = "2.16.840.1.101.3.4.2.1";

/// A Sigstore instance in small: a certificate authority with an intermediate, a transparency
/// log, a certificate transparency log and a timestamp authority, all with keys of their own. It
/// lives in one year, from its first second to its last.
#[derive(Debug, Clone)]
pub struct Instance {
    year: i32,
    root: Signer,
    intermediate: Signer,
    pub(crate) log: Signer,
    certificate_log: Signer,
    timestamper: Signer,
}

/// Who signs, as the certificate says it.
#[derive(Debug, Clone)]
pub struct Certified {
    /// The names.
    pub names: Vec<San>,
    /// Fulcio's extensions by number; up to 6 as raw bytes, else as text in DER.
    pub texts: Vec<(u8, String)>,
    /// What the key may be used for: the object identifier of an extended key usage.
    pub usage: &'static str,
    /// The name of the key that is certified.
    pub key: String,
}

impl Certified {
    /// Somebody whom an issuer knows by one name.
    #[must_use]
    pub fn new(issuer: &str, name: San) -> Self {
        Self {
            names: vec![name],
            texts: vec![(8, issuer.to_owned())],
            usage: "1.3.6.1.5.5.7.3.3",
            key: "leaf".to_owned(),
        }
    }

    /// The same with another key.
    #[must_use]
    pub fn with_key(mut self, name: &str) -> Self {
        name.clone_into(&mut self.key);
        self
    }

    /// The same with a further extension.
    #[must_use]
    pub fn with(mut self, number: u8, text: &str) -> Self {
        self.texts.push((number, text.to_owned()));
        self
    }
}

impl Instance {
    /// An instance of this year: its certificates, keys and signatures.
    #[must_use]
    pub fn of(year: i32) -> Self {
        let named = |role: &str| Signer::named(&format!("{role} {year}"));
        Self {
            year,
            root: named("root"),
            intermediate: named("intermediate"),
            log: named("log"),
            certificate_log: named("certificate log"),
            timestamper: named("timestamper"),
        }
    }

    /// The same with another transparency log and another timestamp authority.
    #[must_use]
    pub fn logging_elsewhere(&self) -> Self {
        let named = |role: &str| Signer::named(&format!("other {role} {}", self.year));
        Self { log: named("log"), timestamper: named("timestamper"), ..self.clone() }
    }

    /// Its certificate and timestamp authorities in PEM, as `pki` of a trust root.
    #[must_use]
    pub fn pki(&self) -> Value {
        json!({
            "roots": pem(&self.root()),
            "intermediates": pem(&self.middle()),
            "timestampAuthority": pem(&self.stamper()) + &pem(&self.root()),
        })
    }

    /// Its trusted root in JSON.
    #[must_use]
    pub fn trusted_root(&self) -> Value {
        let window = json!({
            "start": format!("{}-01-01T00:00:00Z", self.year),
            "end": format!("{}-12-31T23:59:59Z", self.year),
        });
        let log = |signer: &Signer| {
            json!({
                "baseUrl": "https://log.test", "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": STANDARD.encode(spki(signer)),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": window,
                },
                "logId": {"keyId": STANDARD.encode(id(signer))},
            })
        };
        let authority = |chain: &[Vec<u8>]| {
            let certificates: Vec<Value> =
                chain.iter().map(|der| json!({"rawBytes": STANDARD.encode(der)})).collect();
            json!({"uri": "https://ca.test", "validFor": window,
                "certChain": {"certificates": certificates}})
        };
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(&self.log)],
            "ctlogs": [log(&self.certificate_log)],
            "certificateAuthorities": [authority(&[self.middle(), self.root()])],
            "timestampAuthorities": [authority(&[self.stamper(), self.root()])],
        })
    }

    /// A v0.3 bundle around an approval of `image`, written `sha256:…`: signed, logged with
    /// promise and proof, and timestamped, all at noon of a day in June.
    #[must_use]
    pub fn approval(&self, image: &str, who: &Certified, day: u8) -> Value {
        self.approval_logged_as(Entry::Dsse, image, who, day)
    }

    /// The same with a log entry of another kind.
    #[must_use]
    pub fn approval_logged_as(&self, entry: Entry, image: &str, who: &Certified, day: u8) -> Value {
        let leaf = self.leaf(who, day);
        let material = json!({"certificate": {"rawBytes": STANDARD.encode(&leaf)}});
        let approval = statement(image, "https://sigstore.dev/cosign/sign/v1", &json!({}));
        self.bundle(&sealed(&approval, &Signer::named(&who.key)), &pem(&leaf), entry, material, day)
    }

    /// The same by a key, whose owner is known without a certificate.
    #[must_use]
    pub fn approval_by_key(&self, image: &str, key: &Signer, day: u8) -> Value {
        let approval = statement(image, "https://sigstore.dev/cosign/sign/v1", &json!({}));
        let material = json!({"publicKey": {"hint": "x"}});
        self.bundle(&sealed(&approval, key), &key.pem(), Entry::Dsse, material, day)
    }

    fn bundle(
        &self,
        sealed: &Sealed,
        verifier: &str,
        entry: Entry,
        mut material: Value,
        day: u8,
    ) -> Value {
        material["tlogEntries"] = json!([self.entry(&entry.body(sealed, verifier), day)]);
        material["timestampVerificationData"] = json!({"rfc3161Timestamps": [
            {"signedTimestamp": STANDARD.encode(self.timestamp(&sealed.signature, day))},
        ]});
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": material,
            "dsseEnvelope": sealed.envelope,
        })
    }

    /// The root certificate, in base64.
    #[must_use]
    pub fn root_certificate(&self) -> String {
        STANDARD.encode(self.root())
    }

    /// The signer's certificate of that day.
    pub(crate) fn leaf(&self, who: &Certified, day: u8) -> Vec<u8> {
        let names: Vec<Vec<u8>> = who.names.iter().map(general_name).collect();
        let mut extensions = vec![
            extension("2.5.29.15", true, &tlv(0x03, &[7, 0x80])),
            extension("2.5.29.37", false, &seq(&[oid(who.usage)])),
            extension("2.5.29.17", true, &seq(&names)),
        ];
        extensions.extend(who.texts.iter().map(|(number, text)| {
            let value = if *number <= 6 { text.as_bytes().to_vec() } else { utf8(text) };
            extension(&format!("{FULCIO}{number}"), false, &value)
        }));
        let (start, end) = (self.at(day, "115500"), self.at(day, "120500"));
        let key = Signer::named(&who.key);
        let plain =
            |extensions: &[Vec<u8>]| content("", "intermediate", &key, (&start, &end), extensions);
        let sct = self.sct(&plain(&extensions), day);
        let list = [vector(&vector(&sct))].concat();
        extensions.push(extension("1.3.6.1.4.1.11129.2.4.2", false, &octets(&list)));
        signed(plain(&extensions), &self.intermediate)
    }

    /// RFC 6962, section 3.2.
    fn sct(&self, content: &[u8], day: u8) -> Vec<u8> {
        let milliseconds = u64::try_from(self.seconds(day)).unwrap_or_default() * 1000;
        let mut message = vec![0, 0];
        message.extend(milliseconds.to_be_bytes());
        message.extend([0, 1]);
        message.extend(hash(&spki(&self.intermediate)));
        let length = u32::try_from(content.len()).unwrap_or_default().to_be_bytes();
        message.extend(&length[1..]);
        message.extend(content);
        message.extend([0, 0]);
        let mut sct = vec![0];
        sct.extend(id(&self.certificate_log));
        sct.extend(milliseconds.to_be_bytes());
        sct.extend([0, 0, 4, 3]);
        sct.extend(vector(&self.certificate_log.sign_bytes(&message)));
        sct
    }

    pub(crate) fn middle(&self) -> Vec<u8> {
        let usage = seq(&[oid("1.3.6.1.5.5.7.3.3")]);
        let extensions = [authority(), extension("2.5.29.37", false, &usage)];
        let key = &self.intermediate;
        signed(content("intermediate", "root", key, self.year_long(), &extensions), &self.root)
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        signed(content("root", "root", &self.root, self.year_long(), &[authority()]), &self.root)
    }

    fn stamper(&self) -> Vec<u8> {
        let usage = seq(&[oid("1.3.6.1.5.5.7.3.8")]);
        let extensions = [extension("2.5.29.37", true, &usage)];
        let key = &self.timestamper;
        signed(content("stamper", "root", key, self.year_long(), &extensions), &self.root)
    }

    fn year_long(&self) -> (&'static str, &'static str) {
        // All years of tests are among these.
        match self.year {
            2024 => ("20240101000000Z", "20241231235959Z"),
            2026 => ("20260101000000Z", "20261231235959Z"),
            _ => ("20890101000000Z", "20891231235959Z"),
        }
    }

    fn at(&self, day: u8, clock: &str) -> String {
        format!("{}06{day:02}{clock}Z", self.year)
    }

    /// Noon of a day in June, in seconds since 1970.
    pub(crate) fn seconds(&self, day: u8) -> i64 {
        let years = i64::from(self.year) - 1970;
        // Leap years since 1970 up to the year before: every fourth, 2000 among them.
        let leaps = (i64::from(self.year) - 1 - 1968) / 4;
        let leap = i64::from(self.year % 4 == 0);
        let days = years * 365 + leaps + 151 + leap + i64::from(day) - 1;
        days * 86_400 + 43_200
    }

    pub(crate) fn entry(&self, said: &Value, day: u8) -> Value {
        let body = STANDARD.encode(said.to_string());
        let seconds = self.seconds(day);
        let promise = format!(
            r#"{{"body":"{body}","integratedTime":{seconds},"logID":"{}","logIndex":{INDEX}}}"#,
            hexed(&id(&self.log)),
        );
        let neighbour = hash(b"\0another entry");
        let raw = STANDARD.decode(&body).unwrap_or_default();
        let leaf = hash(&[&[0], raw.as_slice()].concat());
        let root = hash(&[&[1], neighbour.as_slice(), leaf.as_slice()].concat());
        let note = format!("log.test - 7\n2\n{}\n", STANDARD.encode(root));
        let signature =
            [&id(&self.log)[..4], self.log.sign_bytes(note.as_bytes()).as_slice()].concat();
        json!({
            "logIndex": INDEX.to_string(), "integratedTime": seconds.to_string(),
            "logId": {"keyId": STANDARD.encode(id(&self.log))},
            "kindVersion": {"kind": said["kind"], "version": said["apiVersion"]},
            "inclusionPromise": {
                "signedEntryTimestamp": STANDARD.encode(self.log.sign_bytes(promise.as_bytes())),
            },
            "inclusionProof": {
                "logIndex": "1", "treeSize": "2", "rootHash": STANDARD.encode(root),
                "hashes": [STANDARD.encode(neighbour)],
                "checkpoint": {"envelope":
                    format!("{note}\n\u{2014} log.test {}\n", STANDARD.encode(signature))},
            },
            "canonicalizedBody": body,
        })
    }

    /// An RFC 3161 response with a token over the signature, in a CMS envelope (RFC 5652).
    pub(crate) fn timestamp(&self, signature: &[u8], day: u8) -> Vec<u8> {
        let algorithm = || seq(&[oid(SHA256)]);
        let info = seq(&[
            int(1),
            oid("1.2.3.4"),
            seq(&[algorithm(), octets(&hash(signature))]),
            int(9),
            time(&self.at(day, "120000")),
        ]);
        let info_kind = oid("1.2.840.113549.1.9.16.1.4");
        let attributes = [
            seq(&[oid("1.2.840.113549.1.9.3"), set(std::slice::from_ref(&info_kind))]),
            seq(&[oid("1.2.840.113549.1.9.4"), set(&[octets(&hash(&info))])]),
        ];
        let signed = set(&attributes);
        let mut implicit = signed.clone();
        implicit[0] = 0xa0;
        let signer = seq(&[
            int(1),
            seq(&[name("root"), int(5)]),
            algorithm(),
            implicit,
            seq(&[oid(ECDSA_SHA256)]),
            octets(&self.timestamper.sign_bytes(&signed)),
        ]);
        let content = seq(&[
            int(3),
            set(&[algorithm()]),
            seq(&[info_kind, tlv(0xa0, &octets(&info))]),
            set(&[signer]),
        ]);
        let token = seq(&[oid("1.2.840.113549.1.7.2"), tlv(0xa0, &content)]);
        let granted = seq(&[int(0)]);
        seq(&[granted, token])
    }
}

/// The index of every entry in its log.
pub(crate) const INDEX: u64 = 2_500;

fn vector(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or_default();
    [&length.to_be_bytes(), bytes].concat()
}

pub(crate) fn id(signer: &Signer) -> [u8; 32] {
    hash(&spki(signer))
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(crate) fn hexed(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
