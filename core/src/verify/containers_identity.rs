//! Whether a signature names the image as containers-policy.json(5) asks, `signedIdentity`. There
//! tags count: a signature that names a repository alone, as cosign's do, fits `matchRepository`
//! and `exactRepository` only.

use super::Refusal;
use super::approval::unreadable;
use crate::policy::model::ContainersIdentity;
use crate::reference::{Reference, RepositoryPrefix};

/// Compares the judged reference with the one that the signature names.
pub(super) fn compare(
    identity: &ContainersIdentity,
    judged: &Reference,
    signed: &Reference,
) -> Result<(), Refusal> {
    let parse = |text: &str| Reference::parse(text).map_err(|error| unreadable(text, &error));
    match identity {
        ContainersIdentity::MatchExact {} => exact(judged, signed),
        ContainersIdentity::MatchRepoDigestOrExact {} => digest_or_exact(judged, signed),
        ContainersIdentity::MatchRepository {} => repository(judged, signed),
        ContainersIdentity::ExactReference { docker_reference } => {
            exact(&parse(docker_reference)?, signed)
        }
        ContainersIdentity::ExactRepository { docker_repository } => {
            repository(&parse(docker_repository)?, signed)
        }
        ContainersIdentity::RemapIdentity { prefix, signed_prefix } => {
            let read = |text: &str| {
                RepositoryPrefix::parse(text).map_err(|error| unreadable(text, &error))
            };
            let moved = judged.relocated(&read(prefix)?, &read(signed_prefix)?);
            digest_or_exact(moved.as_ref().unwrap_or(judged), signed)
        }
    }
}

fn repository(wanted: &Reference, signed: &Reference) -> Result<(), Refusal> {
    match wanted.repository() == signed.repository() {
        true => Ok(()),
        false => Err(other(wanted.repository(), signed)),
    }
}

/// The same reference; both with a tag or digest. A judged name without either means `latest`.
fn exact(wanted: &Reference, signed: &Reference) -> Result<(), Refusal> {
    let spelled = match (wanted.tag(), wanted.digest()) {
        (None, None) => format!("{}:latest", wanted.repository()),
        _ => wanted.to_string(),
    };
    match spelled == signed.to_string() {
        true => Ok(()),
        false => Err(other(&spelled, signed)),
    }
}

fn digest_or_exact(wanted: &Reference, signed: &Reference) -> Result<(), Refusal> {
    if signed.tag().is_none() && signed.digest().is_none() {
        return Err(other(&format!("{wanted} with a tag or digest"), signed));
    }
    match (wanted.tag(), wanted.digest()) {
        (None, Some(_)) => repository(wanted, signed),
        _ => exact(wanted, signed),
    }
}

fn other(wanted: &str, signed: &Reference) -> Refusal {
    Refusal::OtherRepository { wanted: wanted.to_owned(), found: signed.to_string() }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::policy::model::ContainersIdentity as Identity;
    use crate::reference::Reference;

    const DIGEST: &str = "sha256:5504f2a95018e3d8a52d80d9e1a128c6ea337581808ff9fe96f5628ce2336350";

    fn fits(identity: &Identity, judged: &str, signed: &str) -> bool {
        let parse = |text: &str| Reference::parse(text).unwrap();
        compare(identity, &parse(judged), &parse(signed)).is_ok()
    }

    /// The rows are what `signature/policy_reference_match.go` of containers/image answers.
    #[test]
    fn tags_count_as_the_policy_says() {
        let pinned = format!("r.example/app@{DIGEST}");
        let rows = [
            ("r.example/app:1", "r.example/app:1", [true, true, true]),
            ("r.example/app:1", "r.example/app:2", [false, false, true]),
            ("r.example/app:1", "r.example/app", [false, false, true]),
            ("r.example/app:1", "r.example/other:1", [false, false, false]),
            (&pinned, "r.example/app:1", [false, true, true]),
            (&pinned, "r.example/app", [false, false, true]),
            (&pinned, &pinned, [true, true, true]),
            ("busybox", "docker.io/library/busybox:latest", [true, true, true]),
        ];
        for (judged, signed, expected) in rows {
            let kinds = [
                Identity::MatchExact {},
                Identity::MatchRepoDigestOrExact {},
                Identity::MatchRepository {},
            ];
            let found = kinds.map(|identity| fits(&identity, judged, signed));
            assert_eq!(found, expected, "{judged} {signed}");
        }
    }

    #[test]
    fn fixed_names_do_not_look_at_the_image() {
        let reference = Identity::ExactReference { docker_reference: "r.example/app:1".to_owned() };
        assert!(fits(&reference, "other.example/x:9", "r.example/app:1"));
        assert!(!fits(&reference, "r.example/app:1", "r.example/app:2"));
        let repository =
            Identity::ExactRepository { docker_repository: "r.example/app".to_owned() };
        assert!(fits(&repository, "other.example/x:9", "r.example/app:7"));
        assert!(!fits(&repository, "r.example/app:1", "r.example/app2:1"));
    }

    #[test]
    fn a_remapped_name_is_compared_as_it_was_signed() {
        let remap = Identity::RemapIdentity {
            prefix: "mirror.example/vendor".to_owned(),
            signed_prefix: "vendor.example".to_owned(),
        };
        assert!(fits(&remap, "mirror.example/vendor/app:1", "vendor.example/app:1"));
        assert!(!fits(&remap, "mirror.example/vendor/app:1", "mirror.example/vendor/app:1"));
        assert!(fits(&remap, "mirror.example/vendors/app:1", "mirror.example/vendors/app:1"));
        assert!(!fits(&remap, "mirror.example/vendor/app:1", "vendor.example/app"));
    }
}
