//! Conditions on JSON documents, in three values: what cannot be told never passes, also not
//! under `not`.

use jiff::Timestamp;
use regex::Regex;

use super::case::Case;
use crate::evidence::EvidenceError;
use crate::evidence::predicate::{Matches, Number, Value, clip, find, items, moment};
use crate::policy::model::{
    Condition, CountRange, Duration, Operator, Quantifier, Scalar, ValueCondition,
};

/// A condition with its expressions ready.
#[derive(Debug)]
pub(super) struct Compiled {
    node: Node,
    /// What it asks, in words.
    pub(super) expected: String,
}

#[derive(Debug)]
enum Node {
    Value(ValueCondition, Option<Regex>),
    AllOf(Vec<Compiled>),
    AnyOf(Vec<Compiled>),
    Not(Box<Compiled>),
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Holds,
    Fails,
    /// It cannot be told.
    Unknown,
}

/// An answer, with what was found.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) truth: Truth,
    pub(super) found: String,
}

/// How many answers there are of each.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    holds: usize,
    fails: usize,
    unknown: usize,
    /// There may be any number more.
    is_open: bool,
}

impl Compiled {
    pub(super) fn all(conditions: &[Condition]) -> Result<Vec<Self>, String> {
        conditions.iter().map(Self::new).collect()
    }

    fn new(condition: &Condition) -> Result<Self, String> {
        let list = |all: &[Self]| -> String {
            all.iter().map(|one| one.expected.as_str()).collect::<Vec<_>>().join("; ")
        };
        let (node, expected) = match condition {
            Condition::Value(value) => {
                let regex = match &value.operator {
                    Operator::Matches(regex) => Some(regex.compile()?),
                    _ => None,
                };
                (Node::Value(value.clone(), regex), described(value))
            }
            Condition::AllOf(all) => {
                let all = Self::all(all)?;
                let expected = format!("all of ({})", list(&all));
                (Node::AllOf(all), expected)
            }
            Condition::AnyOf(any) => {
                let any = Self::all(any)?;
                let expected = format!("one of ({})", list(&any));
                (Node::AnyOf(any), expected)
            }
            Condition::Not(not) => {
                let not = Self::new(not)?;
                let expected = format!("not ({})", not.expected);
                (Node::Not(Box::new(not)), expected)
            }
        };
        Ok(Self { node, expected })
    }

    /// Whether it holds of a JSON text without duplicate keys.
    pub(super) fn judge(&self, text: &str, case: &mut Case<'_>) -> Result<Answer, EvidenceError> {
        match &self.node {
            Node::Value(condition, regex) => {
                let found = find(text, condition.path.segments())?;
                Ok(value(condition, regex.as_ref(), &found, case))
            }
            Node::AllOf(all) => group(all, text, case, Truth::Fails, Tally::all),
            Node::AnyOf(any) => group(any, text, case, Truth::Holds, Tally::any),
            Node::Not(not) => {
                let Answer { truth, found } = not.judge(text, case)?;
                Ok(Answer { truth: truth.not(), found })
            }
        }
    }
}

/// Judges each; what was found is told of the first that decides, else of all.
fn group(
    all: &[Compiled],
    text: &str,
    case: &mut Case<'_>,
    deciding: Truth,
    judge: impl Fn(Tally) -> Truth,
) -> Result<Answer, EvidenceError> {
    let mut tally = Tally::default();
    let (mut decided, mut found) = (None, Vec::new());
    for one in all {
        let answer = one.judge(text, case)?;
        tally.add(answer.truth);
        if answer.truth == deciding && decided.is_none() {
            decided = Some(answer.found);
        } else {
            found.push(answer.found);
        }
    }
    let found = decided.unwrap_or_else(|| found.join("; "));
    Ok(Answer { truth: judge(tally), found })
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl Tally {
    fn of(truths: impl IntoIterator<Item = Truth>) -> Self {
        let mut tally = Self::default();
        truths.into_iter().for_each(|truth| tally.add(truth));
        tally
    }

    fn add(&mut self, truth: Truth) {
        let count = match truth {
            Truth::Holds => &mut self.holds,
            Truth::Fails => &mut self.fails,
            Truth::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(1);
    }

    fn is_certain(self) -> bool {
        self.unknown == 0 && !self.is_open
    }

    /// Each of them, and at least one.
    fn all(self) -> Truth {
        match self {
            Self { fails: 1.., .. } => Truth::Fails,
            Self { holds: 1.., .. } if self.is_certain() => Truth::Holds,
            _ => Truth::Unknown,
        }
    }

    /// At least one.
    fn any(self) -> Truth {
        match self.holds {
            1.. => Truth::Holds,
            0 if self.is_certain() => Truth::Fails,
            0 => Truth::Unknown,
        }
    }

    /// A number of them: what cannot be told may hold or not.
    fn count(self, range: CountRange) -> Truth {
        let bound = |bound: u32| usize::try_from(bound).unwrap_or(usize::MAX);
        let least = range.at_least.map_or(0, bound);
        let most = range.at_most.map_or(usize::MAX, bound);
        let highest = match self.is_open {
            true => usize::MAX,
            false => self.holds.saturating_add(self.unknown),
        };
        if self.holds >= least && highest <= most {
            Truth::Holds
        } else if highest < least || self.holds > most {
            Truth::Fails
        } else {
            Truth::Unknown
        }
    }
}

fn value(
    condition: &ValueCondition,
    regex: Option<&Regex>,
    found: &Matches<'_>,
    case: &mut Case<'_>,
) -> Answer {
    let ValueCondition { path, quantifier, operator } = condition;
    let truths: Vec<Truth> = found
        .values
        .iter()
        .map(|value| match value {
            None | Some(Value::Null) => absent(operator),
            Some(value) => apply(operator, regex, value, case),
        })
        .collect();
    let tally = Tally { is_open: found.is_open, ..Tally::of(truths.iter().copied()) };
    let Some(quantifier) = quantifier else {
        let found = match found.values.first() {
            Some(Some(value)) => format!("`{path}` is {value}"),
            _ => format!("`{path}` is not there"),
        };
        return Answer { truth: tally.all(), found };
    };
    let truth = match quantifier {
        Quantifier::All => tally.all(),
        Quantifier::Any => tally.any(),
        Quantifier::None => tally.any().not(),
        Quantifier::Count(range) => tally.count(*range),
    };
    let mut text = format!("`{path}` holds for {} of {}", tally.holds, truths.len());
    // The first that is not as the quantifier wants it.
    let wanted = match quantifier {
        Quantifier::None => Truth::Fails,
        Quantifier::All | Quantifier::Any | Quantifier::Count(_) => Truth::Holds,
    };
    if let Some(position) = truths.iter().position(|truth| *truth != wanted) {
        match found.values.get(position) {
            Some(Some(value)) => text += &format!("; one is {value}"),
            _ => text += "; one is missing",
        }
    }
    if found.is_open {
        text += "; a list or object on the way is not there";
    }
    Answer { truth, found: text }
}

/// An operator on a value that is not there, while what would hold it is.
fn absent(operator: &Operator) -> Truth {
    match operator {
        Operator::Exists(wanted) => Truth::of(!*wanted),
        _ => Truth::Unknown,
    }
}

fn apply(
    operator: &Operator,
    regex: Option<&Regex>,
    value: &Value<'_>,
    case: &mut Case<'_>,
) -> Truth {
    match operator {
        Operator::Equals(wanted) => equals(value, wanted),
        Operator::NotEquals(wanted) => equals(value, wanted).not(),
        Operator::In(wanted) => one_of(value, wanted),
        Operator::NotIn(wanted) => one_of(value, wanted).not(),
        Operator::Matches(_) => text(value, |text| regex.is_some_and(|regex| regex.is_match(text))),
        Operator::StartsWith(start) => text(value, |text| text.starts_with(start.as_str())),
        Operator::EndsWith(end) => text(value, |text| text.ends_with(end.as_str())),
        Operator::Contains(wanted) => contains(value, wanted),
        Operator::Exists(wanted) => Truth::of(*wanted),
        Operator::GreaterThan(bound) => number(value, |number| number > bound),
        Operator::AtLeast(bound) => number(value, |number| number >= bound),
        Operator::LessThan(bound) => number(value, |number| number < bound),
        Operator::AtMost(bound) => number(value, |number| number <= bound),
        Operator::Before(bound) => time(value, |time| time < *bound),
        Operator::After(bound) => time(value, |time| time > *bound),
        Operator::Within(length) => within(value, *length, case),
    }
}

fn equals(value: &Value<'_>, wanted: &Scalar) -> Truth {
    match (value, wanted) {
        (Value::Text(text), Scalar::Text(wanted)) => Truth::of(text == wanted),
        (Value::Bool(value), Scalar::Bool(wanted)) => Truth::of(value == wanted),
        (Value::Number(_), Scalar::Number(wanted)) => number(value, |number| number == wanted),
        _ => Truth::Unknown,
    }
}

fn one_of(value: &Value<'_>, wanted: &[Scalar]) -> Truth {
    Tally::of(wanted.iter().map(|wanted| equals(value, wanted))).any()
}

fn contains(value: &Value<'_>, wanted: &Scalar) -> Truth {
    match (value, wanted) {
        (Value::Text(text), Scalar::Text(part)) => Truth::of(text.contains(part.as_str())),
        (Value::List(list), wanted) => match items(list) {
            Ok(items) => Tally::of(items.iter().map(|item| equals(item, wanted))).any(),
            Err(_) => Truth::Unknown,
        },
        _ => Truth::Unknown,
    }
}

fn text(value: &Value<'_>, judge: impl FnOnce(&str) -> bool) -> Truth {
    match value {
        Value::Text(text) => Truth::of(judge(text)),
        _ => Truth::Unknown,
    }
}

fn number(value: &Value<'_>, judge: impl FnOnce(&Number) -> bool) -> Truth {
    match value {
        Value::Number(text) => {
            Number::parse(text).map_or(Truth::Unknown, |number| Truth::of(judge(&number)))
        }
        _ => Truth::Unknown,
    }
}

fn time(value: &Value<'_>, judge: impl FnOnce(Timestamp) -> bool) -> Truth {
    match value {
        Value::Text(text) => moment(text).map_or(Truth::Unknown, |time| Truth::of(judge(time))),
        _ => Truth::Unknown,
    }
}

fn within(value: &Value<'_>, length: Duration, case: &mut Case<'_>) -> Truth {
    let Value::Text(text) = value else { return Truth::Unknown };
    let Some(time) = moment(text) else { return Truth::Unknown };
    match case.is_older(time, length.seconds()) {
        Ok(is_older) => Truth::of(!is_older),
        // A time in the future says nothing about the past.
        Err(_) => Truth::Unknown,
    }
}

/// What a condition asks, in words.
fn described(condition: &ValueCondition) -> String {
    let ValueCondition { path, quantifier, operator } = condition;
    let list = |all: &[Scalar]| all.iter().map(Scalar::to_string).collect::<Vec<_>>().join(", ");
    let what = match operator {
        Operator::Equals(wanted) => format!("equals {wanted}"),
        Operator::NotEquals(wanted) => format!("differs from {wanted}"),
        Operator::In(wanted) => format!("is one of {}", list(wanted)),
        Operator::NotIn(wanted) => format!("is none of {}", list(wanted)),
        Operator::Matches(regex) => format!("matches `{regex}`"),
        Operator::StartsWith(start) => format!("starts with `{start}`"),
        Operator::EndsWith(end) => format!("ends with `{end}`"),
        Operator::Contains(wanted) => format!("contains {wanted}"),
        Operator::Exists(true) => "is there".to_owned(),
        Operator::Exists(false) => "is not there".to_owned(),
        Operator::GreaterThan(bound) => format!("is greater than {bound}"),
        Operator::AtLeast(bound) => format!("is {bound} or more"),
        Operator::LessThan(bound) => format!("is less than {bound}"),
        Operator::AtMost(bound) => format!("is {bound} or less"),
        Operator::Before(time) => format!("is before {time}"),
        Operator::After(time) => format!("is after {time}"),
        Operator::Within(length) => format!("is not older than {length}"),
    };
    let what = clip(&what);
    match quantifier {
        None => format!("`{path}` {what}"),
        Some(Quantifier::All) => format!("each `{path}` {what}"),
        Some(Quantifier::Any) => format!("one `{path}` {what}"),
        Some(Quantifier::None) => format!("no `{path}` {what}"),
        Some(Quantifier::Count(CountRange { at_least, at_most })) => {
            let bounds = match (at_least, at_most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("{least} or more"),
                (None, Some(most)) => format!("at most {most}"),
                (None, None) => "any number".to_owned(),
            };
            format!("{bounds} of `{path}` where it {what}")
        }
    }
}
