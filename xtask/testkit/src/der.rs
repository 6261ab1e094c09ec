//! A writer of DER (X.690), as far as certificates and timestamps need it.

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = u32::try_from(content.len()).unwrap_or_default();
    match length.to_be_bytes() {
        [0, 0, 0, short] if short < 0x80 => out.push(short),
        [0, 0, 0, one] => out.extend([0x81, one]),
        [0, 0, a, b] => out.extend([0x82, a, b]),
        bytes => {
            out.push(0x84);
            out.extend(bytes);
        }
    }
    out.extend(content);
    out
}

pub(crate) fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = parts.to_vec();
    parts.sort();
    tlv(0x31, &parts.concat())
}

pub(crate) fn oid(text: &str) -> Vec<u8> {
    let arcs: Vec<u32> = text.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let mut out = Vec::new();
    if let [first, second, rest @ ..] = arcs.as_slice() {
        out.extend(arc(first.wrapping_mul(40).wrapping_add(*second)));
        rest.iter().for_each(|one| out.extend(arc(*one)));
    }
    tlv(0x06, &out)
}

fn arc(mut value: u32) -> Vec<u8> {
    let mut out = vec![u8::try_from(value & 0x7f).unwrap_or_default()];
    while value > 0x7f {
        value >>= 7;
        out.insert(0, u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
    }
    out
}

/// A small positive number.
pub(crate) fn int(value: u8) -> Vec<u8> {
    tlv(0x02, &[value & 0x7f])
}

pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, bytes)
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0c, text.as_bytes())
}

pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], bytes].concat())
}

/// `GeneralizedTime`; `text` is `20260102030405Z`.
pub(crate) fn time(text: &str) -> Vec<u8> {
    tlv(0x18, text.as_bytes())
}
