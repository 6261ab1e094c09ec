# The nine rules of the reference workload, as its README says them.
package w1

import rego.v1

path := split(input.reference, "@")[0]

segments := split(path, "/")

last := split(segments[count(segments) - 1], ":")

name := concat("/", array.concat(array.slice(segments, 0, count(segments) - 1), [last[0]]))

allowed if {
	some glob_ in data.allowed_registries
	glob.match(glob_, ["/"], name)
}

violations contains {"rule": "registry", "msg": sprintf("registry not allowed: %s", [name])} if not allowed

violations contains {"rule": "tag", "msg": "image has no tag"} if count(last) < 2

violations contains {"rule": "tag", "msg": "tag latest is not allowed"} if last[1] == "latest"

pinned if {
	split(input.reference, "@")[1] == input.digest
	startswith(input.digest, "sha256:")
	count(input.digest) == 71
}

violations contains {"rule": "digest", "msg": "image is not pinned by digest"} if not pinned

ignored contains one.id if {
	some one in data.ignore
	one.expires > input.now
}

critical contains found.VulnerabilityID if {
	some result in input.trivy.Results
	some found in result.Vulnerabilities
	found.Severity == "CRITICAL"
	not found.VulnerabilityID in ignored
}

high contains found.VulnerabilityID if {
	some result in input.trivy.Results
	some found in result.Vulnerabilities
	found.Severity == "HIGH"
	found.FixedVersion != ""
	not found.VulnerabilityID in ignored
}

violations contains {"rule": "critical", "ids": critical} if count(critical) > data.max_critical

violations contains {"rule": "high", "ids": high} if count(high) > data.max_high_fixable

day := ((24 * 60) * 60) * 1000000000

violations contains {"rule": "scan-age"} if {
	age := time.parse_rfc3339_ns(input.now) - time.parse_rfc3339_ns(input.trivy.CreatedAt)
	age > data.max_scan_age_days * day
}

user := split(input.config.User, ":")[0]

violations contains {"rule": "user", "msg": "image runs as root"} if user in {"", "root", "0"}

violations contains {"rule": "label", "msg": sprintf("label %s is missing", [label])} if {
	some label in data.required_labels
	object.get(input.config.Labels, label, "") == ""
}

violations contains {"rule": "base", "msg": input.config.BaseDigest} if not input.config.BaseDigest in data.base_catalog
