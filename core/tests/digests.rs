//! Digests have one spelling.
#![cfg(test)]

use cocket::reference::Digest;

#[test]
fn other_spellings_are_not_digests() {
    let hex = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let good = format!("sha256:{hex}");
    assert_eq!(good.parse::<Digest>().unwrap(), Digest::sha256(b"{}"));
    let upper = format!("sha256:{}", hex.to_uppercase());
    let short = good.strip_suffix('a').unwrap().to_owned();
    let others = [hex, "", ":", "sha256:", "sha1:da39a3ee", "SHA256:44", &upper, &short];
    for text in others.into_iter().map(str::to_owned).chain([format!(" {good}"), good + "\n"]) {
        assert!(text.parse::<Digest>().is_err(), "{text:?}");
    }
}
