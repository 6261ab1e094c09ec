//! Addresses of keys in key management services, as policy-controller takes them
//! (`pkg/apis/policy/common/validation.go`).

/// What the address of a key starts with.
const SCHEMES: [&str; 4] = ["awskms://", "azurekms://", "hashivault://", "gcpkms://"];

/// Whether it is one; of AWS only whole ARNs are.
pub(super) fn check(kms: &str) -> Result<(), String> {
    if !SCHEMES.iter().any(|scheme| kms.starts_with(scheme)) {
        return Err(format!(
            "`{kms}` is not the address of a key: it starts with one of `{}`",
            SCHEMES.join("`, `")
        ));
    }
    match kms.strip_prefix("awskms://") {
        None => Ok(()),
        Some(rest) => aws(rest).ok_or_else(|| {
            format!(
                "`{kms}` is not the address of a key in AWS: `awskms://[HOST:PORT]/` and the ARN \
                 of a key or an alias is expected"
            )
        }),
    }
}

/// `[host:port]/arn:partition:kms:region:account:key/id`, or `…:alias/name`.
fn aws(rest: &str) -> Option<()> {
    let (endpoint, name) = rest.split_once('/')?;
    if !endpoint.is_empty() {
        let (host, port) = endpoint.rsplit_once(':')?;
        let is_port = port.bytes().all(|b| b.is_ascii_digit());
        let is_host = !host.is_empty() && !host.contains(':') && host != "arn" && host != "alias";
        (is_port && is_host).then_some(())?;
    }
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    let ["arn", partition, "kms", region, account, resource] = parts.as_slice() else {
        return None;
    };
    let region_is = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_region = !region.is_empty() && region.bytes().all(region_is);
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let good = ["aws", "aws-us-gov", "aws-cn"].contains(partition)
        && (is_region || is_placeholder(region))
        && (is_account || is_placeholder(account));
    good.then_some(())?;
    match resource.split_once('/')? {
        ("key", id) => (is_id(id) || is_placeholder(id)).then_some(()),
        ("alias", _) => Some(()),
        _ => None,
    }
}

/// What a template leaves to be filled in, `<< region >>`: the controller's own examples have it.
fn is_placeholder(text: &str) -> bool {
    text.len() > 4 && text.starts_with("<<") && text.ends_with(">>")
}

/// A UUID, with or without its hyphens; keys of several regions start with `mrk-`.
fn is_id(id: &str) -> bool {
    let id = id.strip_prefix("mrk-").unwrap_or(id);
    let hex = id.bytes().filter(|b| *b != b'-');
    id.bytes().filter(|b| *b == b'-').count() <= 4
        && hex.clone().count() == 32
        && hex.clone().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn whole_arns_are_taken() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let alias = "arn:aws:kms:us-east-2:111122223333:alias/ExampleAlias";
        for good in [
            format!("awskms:///{arn}"),
            format!("awskms://localhost:4566/{arn}"),
            format!("awskms:///{alias}"),
            "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k".to_owned(),
            "awskms:///arn:aws:kms:<< region >>:<< account id >>:key/<< key id >>".to_owned(),
            "hashivault://key".to_owned(),
            "azurekms://vault.example/key".to_owned(),
        ] {
            assert_eq!(check(&good), Ok(()), "{good}");
        }
        for bad in [
            "k8s://ns/name".to_owned(),
            "awskms:///1234abcd-12ab-34cd-56ef-1234567890ab".to_owned(),
            "awskms:///alias/ExampleAlias".to_owned(),
            format!("awskms://{arn}"),
            format!("awskms://localhost/{arn}"),
            "awskms:///arn:aws:s3:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                .to_owned(),
            "awskms:///arn:aws:kms:us-east-2:111122223333:key/1234".to_owned(),
        ] {
            assert!(check(&bad).is_err(), "{bad}");
        }
    }
}
