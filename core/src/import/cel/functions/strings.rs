//! Functions of texts: the language's own, the strings extension, and Kubernetes' `regex`.

use regex::{Regex, RegexBuilder};

use super::{Answer, Maybe, conversions};
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::limits::MAX_REGEX;
use crate::import::cel::value::Value;

/// Steps for compiling one regular expression.
const REGEX_STEPS: u64 = 2_000;

pub(super) fn call(scope: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    let (first, rest) = values.split_first()?;
    if let (Value::List(list), "join") = (first, name) {
        return match rest {
            [] => Some(join(scope, list, "")),
            [Value::Text(separator)] => Some(join(scope, list, separator)),
            _ => None,
        };
    }
    let text = first.as_text()?;
    one_text(name, text, rest)
        .or_else(|| searching(scope, name, text, rest))
        .or_else(|| positions(name, text, rest))
}

fn one_text(name: &str, text: &str, rest: &[Value]) -> Maybe {
    let value = match (name, rest) {
        ("contains", [Value::Text(part)]) => Value::Bool(text.contains(&**part)),
        ("startsWith", [Value::Text(part)]) => Value::Bool(text.starts_with(&**part)),
        ("endsWith", [Value::Text(part)]) => Value::Bool(text.ends_with(&**part)),
        ("trim", []) => Value::from(text.trim()),
        ("lowerAscii", []) => Value::from(text.to_ascii_lowercase()),
        ("upperAscii", []) => Value::from(text.to_ascii_uppercase()),
        ("reverse", []) => Value::from(text.chars().rev().collect::<String>()),
        ("strings.quote", []) => Value::from(quoted(text)),
        _ => return None,
    };
    Some(Ok(value))
}

fn searching(scope: &Scope<'_>, name: &str, text: &str, rest: &[Value]) -> Maybe {
    Some(match (name, rest) {
        ("matches", [Value::Text(pattern)]) => {
            regex(scope, pattern).map(|regex| Value::Bool(regex.is_match(text)))
        }
        ("find", [Value::Text(pattern)]) => regex(scope, pattern)
            .map(|regex| Value::from(regex.find(text).map_or("", |found| found.as_str()))),
        ("findAll", [Value::Text(pattern)]) => find_all(scope, text, pattern, usize::MAX),
        ("findAll", [Value::Text(pattern), Value::Int(limit)]) => {
            find_all(scope, text, pattern, usize::try_from(*limit).unwrap_or(usize::MAX))
        }
        ("split", [Value::Text(separator)]) => split(scope, text, separator, usize::MAX),
        ("split", [Value::Text(separator), Value::Int(limit)]) => {
            split(scope, text, separator, usize::try_from(*limit).unwrap_or(usize::MAX))
        }
        ("replace", [Value::Text(from), Value::Text(to)]) => {
            replace(scope, text, from, to, usize::MAX)
        }
        ("replace", [Value::Text(from), Value::Text(to), Value::Int(limit)]) => {
            replace(scope, text, from, to, usize::try_from(*limit).unwrap_or(usize::MAX))
        }
        ("format", [Value::List(arguments)]) => format(scope, text, arguments),
        _ => return None,
    })
}

fn regex(scope: &Scope<'_>, pattern: &str) -> Result<Regex, CelError> {
    let length = u64::try_from(pattern.len()).unwrap_or(u64::MAX);
    scope.budget.spend(REGEX_STEPS.saturating_add(length))?;
    let built = RegexBuilder::new(pattern).size_limit(MAX_REGEX).dfa_size_limit(MAX_REGEX).build();
    built.map_err(|_| CelError::invalid("regular expression", pattern))
}

fn find_all(scope: &Scope<'_>, text: &str, pattern: &str, limit: usize) -> Answer {
    let regex = regex(scope, pattern)?;
    scope.budget.reserve(text.len().saturating_mul(16))?;
    Ok(Value::list(regex.find_iter(text).take(limit).map(|it| Value::from(it.as_str())).collect()))
}

fn split(scope: &Scope<'_>, text: &str, separator: &str, limit: usize) -> Answer {
    scope.budget.reserve(text.len().saturating_mul(4))?;
    let parts: Vec<Value> = match (limit, separator.is_empty()) {
        (0, _) => Vec::new(),
        (_, false) => text.splitn(limit, separator).map(Value::from).collect(),
        (_, true) => {
            let ends = text.char_indices().map(|(at, c)| at.saturating_add(c.len_utf8()));
            let mut start = 0;
            let mut parts = Vec::new();
            for end in ends.take(limit.saturating_sub(1)) {
                parts.push(Value::from(text.get(start..end).unwrap_or("")));
                start = end;
            }
            if start < text.len() {
                parts.push(Value::from(text.get(start..).unwrap_or("")));
            }
            parts
        }
    };
    Ok(Value::list(parts))
}

fn replace(scope: &Scope<'_>, text: &str, from: &str, to: &str, limit: usize) -> Answer {
    let count = text.matches(from).count().min(limit);
    scope.budget.reserve(count.saturating_mul(to.len()).saturating_add(text.len()))?;
    Ok(Value::from(text.replacen(from, to, limit)))
}

fn join(scope: &Scope<'_>, list: &[Value], separator: &str) -> Answer {
    let mut texts = Vec::with_capacity(list.len());
    for one in list {
        let text = one.as_text().ok_or_else(|| CelError::overload("join"))?;
        scope.budget.reserve(text.len().saturating_add(separator.len()).saturating_add(16))?;
        texts.push(text);
    }
    Ok(Value::from(texts.join(separator)))
}

/// Functions that count characters.
fn positions(name: &str, text: &str, rest: &[Value]) -> Maybe {
    let length = i64::try_from(text.chars().count()).ok()?;
    let part = |from: i64, to: i64| -> Answer {
        if from < 0 || to > length || from > to {
            return Err(CelError::OutOfBounds(if from < 0 || from > to { from } else { to }));
        }
        let skip = usize::try_from(from).unwrap_or(usize::MAX);
        let take = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        Ok(Value::from(text.chars().skip(skip).take(take).collect::<String>()))
    };
    Some(match (name, rest) {
        ("substring", [Value::Int(from)]) => part(*from, length),
        ("substring", [Value::Int(from), Value::Int(to)]) => part(*from, *to),
        ("charAt", [Value::Int(at)]) if *at == length => Ok(Value::from("")),
        ("charAt", [Value::Int(at)]) => part(*at, at.saturating_add(1)),
        ("indexOf", [Value::Text(wanted)]) => Ok(position(text, text.find(&**wanted))),
        ("indexOf", [Value::Text(wanted), Value::Int(from)]) => {
            let Ok(skip) = usize::try_from(*from) else {
                return Some(Err(CelError::OutOfBounds(*from)));
            };
            let start = text.char_indices().nth(skip).map_or(text.len(), |(at, _)| at);
            let found = text.get(start..).and_then(|after| after.find(&**wanted));
            Ok(position(text, found.map(|at| at.saturating_add(start))))
        }
        ("lastIndexOf", [Value::Text(wanted)]) => Ok(position(text, text.rfind(&**wanted))),
        _ => return None,
    })
}

/// The character at a byte, or -1.
fn position(text: &str, at: Option<usize>) -> Value {
    let before = at.and_then(|at| text.get(..at)).map(|before| before.chars().count());
    Value::Int(before.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x`, `%X` and `%%`.
fn format(scope: &Scope<'_>, text: &str, arguments: &[Value]) -> Answer {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let digits = after.strip_prefix('.').map(|after| {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            after.split_at_checked(end).unwrap_or(("", after))
        });
        let (precision, after) = digits.map_or((6, after), |(digits, after)| {
            (digits.parse::<usize>().unwrap_or(0).min(64), after)
        });
        let mut chars = after.chars();
        let verb = chars.next().ok_or_else(|| CelError::invalid("format", text))?;
        rest = chars.as_str();
        if verb == '%' {
            out.push('%');
            continue;
        }
        let argument = arguments.next().ok_or_else(|| CelError::invalid("format", text))?;
        scope.budget.walk(argument)?;
        let shown = formatted(verb, precision, argument);
        out.push_str(&shown.ok_or_else(|| CelError::invalid("format", text))?);
        scope.budget.reserve(out.len())?;
    }
    out.push_str(rest);
    Ok(Value::from(out))
}

fn formatted(verb: char, precision: usize, value: &Value) -> Option<String> {
    Some(match (verb, value) {
        ('s', value) => shown(value),
        ('d', Value::Int(it)) => it.to_string(),
        ('d', Value::Uint(it)) => it.to_string(),
        ('f', Value::Double(it)) => format!("{it:.precision$}"),
        ('e', Value::Double(it)) => format!("{it:.precision$e}"),
        ('b', Value::Bool(it)) => it.to_string(),
        ('b', Value::Int(it)) => format!("{it:b}"),
        ('o', Value::Int(it)) => format!("{it:o}"),
        ('x', Value::Int(it)) => format!("{it:x}"),
        ('X', Value::Int(it)) => format!("{it:X}"),
        ('x', Value::Text(it)) => it.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Value::Text(it)) => it.bytes().map(|byte| format!("{byte:02X}")).collect(),
        _ => return None,
    })
}

/// Any value as `%s` shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::List(list) => {
            format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Map(map) => {
            let entries =
                map.iter().map(|(key, value)| format!("{}: {}", key.text(), shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Type(name) => (*name).to_owned(),
        other => conversions::string(other).unwrap_or_else(|| other.type_name().to_owned()),
    }
}
