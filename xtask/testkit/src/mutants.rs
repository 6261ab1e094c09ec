use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Documents that differ from `value` in one place, each with that place: every number is one
/// more, every text has another character or, where it is base64, another bit at each of some
/// places, and every member and item is left out or, in lists, there twice.
#[must_use]
pub fn mutants(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        let Some(here) = value.pointer(&place) else { continue };
        let mut put = |what: &str, other: Value| {
            let mut copy = value.clone();
            if let Some(target) = copy.pointer_mut(&place) {
                *target = other;
                found.push((format!("{place} {what}"), copy));
            }
        };
        match here {
            Value::Object(members) => {
                for (name, _) in members {
                    let mut fewer = members.clone();
                    fewer.remove(name);
                    put(&format!("without {name}"), Value::Object(fewer));
                    places.push(format!("{place}/{}", name.replace('/', "~1")));
                }
            }
            Value::Array(items) => {
                for position in 0..items.len() {
                    let mut fewer = items.clone();
                    let item = fewer.remove(position);
                    put(&format!("without {position}"), Value::Array(fewer));
                    let mut more = items.clone();
                    more.push(item);
                    put(&format!("{position} twice"), Value::Array(more));
                    places.push(format!("{place}/{position}"));
                }
            }
            Value::String(text) => {
                for (what, other) in texts(text) {
                    put(&what, Value::String(other));
                }
            }
            Value::Number(number) => {
                put("one more", Value::from(number.as_i64().unwrap_or_default().wrapping_add(1)));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
    found
}

/// Most places of one text that are changed.
const PLACES: usize = 64;

fn texts(text: &str) -> Vec<(String, String)> {
    if let Ok(number) = text.parse::<i64>() {
        return [number.wrapping_add(1), number.wrapping_sub(1)]
            .map(|other| (format!("{other}"), other.to_string()))
            .to_vec();
    }
    match STANDARD.decode(text).ok().filter(|bytes| bytes.len() > 8) {
        Some(bytes) => places(bytes.len())
            .flat_map(|at| [1_u8, 0x80].map(|bit| (at, bit)))
            .map(|(at, bit)| {
                let mut other = bytes.clone();
                other[at] ^= bit;
                (format!("byte {at} ^ {bit}"), STANDARD.encode(other))
            })
            .collect(),
        None => {
            let characters: Vec<char> = text.chars().collect();
            places(characters.len())
                .map(|at| {
                    let mut other = characters.clone();
                    other[at] = if other[at] == 'x' { 'y' } else { 'x' };
                    (format!("character {at}"), other.into_iter().collect())
                })
                .collect()
        }
    }
}

fn places(length: usize) -> impl Iterator<Item = usize> {
    let step = length.div_ceil(PLACES).max(1);
    (0..length).step_by(step)
}
