use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Duration, RegexText, Scalar};
use crate::evidence::predicate::{Number, ValuePath};

/// Something that must hold of a JSON document.
///
/// A condition holds, does not hold, or cannot be told; only what holds passes. It cannot be told
/// where the path leads to nothing, or to a value of another type than the operator compares:
/// the text `"5"` and the number 5 are neither equal nor different. `not` of what cannot be told
/// cannot be told either.
///
/// ```
/// use cocket::policy::model::Condition;
/// let read = serde_json::from_str::<Condition>;
/// assert!(read(r#"{"path": "/profile", "equals": "cis-level-2"}"#).is_ok());
/// assert!(read(r#"{"path": "/checks/*/ok", "quantifier": "all", "equals": true}"#).is_ok());
/// assert!(read(r#"{"path": "/checks/*/ok", "equals": true}"#).is_err());
/// assert!(read(r#"{"path": "/profile", "equals": "a", "in": ["b"]}"#).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "raw::RawCondition", into = "raw::RawCondition")]
#[cfg_attr(feature = "schema", schemars(with = "raw::RawCondition"))]
pub enum Condition {
    /// Of the value at a place.
    Value(ValueCondition),
    /// Each of these holds.
    AllOf(Vec<Condition>),
    /// One of these holds.
    AnyOf(Vec<Condition>),
    /// This does not hold, and that can be told.
    Not(Box<Condition>),
}

/// What must hold of the value at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueCondition {
    /// The place.
    pub path: ValuePath,
    /// Of how many of the values; there where the path has `*`, and only there.
    pub quantifier: Option<Quantifier>,
    /// What of each.
    pub operator: Operator,
}

/// Of how many of the values that a path with `*` leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Quantifier {
    /// Of each, and there is at least one.
    All,
    /// Of at least one.
    Any,
    /// Of none; the list must be there, and each value in it.
    None,
    /// Of a number of them.
    Count(CountRange),
}

/// A range of counts, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountRange {
    /// This many or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// This many or fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
}

/// What is asked of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// It is this.
    Equals(Scalar),
    /// It is another of the same type.
    NotEquals(Scalar),
    /// It is one of these.
    In(Vec<Scalar>),
    /// It is none of these, which are all of its type.
    NotIn(Vec<Scalar>),
    /// It is a text that matches as a whole.
    Matches(RegexText),
    /// It is a text that starts with this.
    StartsWith(String),
    /// It is a text that ends with this.
    EndsWith(String),
    /// It is a text that holds this text, or a list that holds this value.
    Contains(Scalar),
    /// It is there and not `null`, or the object that would hold it is there and lacks it.
    Exists(bool),
    /// It is a greater number.
    GreaterThan(Number),
    /// It is this number or a greater one.
    AtLeast(Number),
    /// It is a smaller number.
    LessThan(Number),
    /// It is this number or a smaller one.
    AtMost(Number),
    /// It is an earlier time.
    Before(Timestamp),
    /// It is a later time.
    After(Timestamp),
    /// It is a time that is not longer ago than this, and not in the future.
    Within(Duration),
}

mod raw {
    //! The shape that a condition has in documents.

    use jiff::Timestamp;
    use serde::{Deserialize, Serialize};

    use super::super::{Duration, RegexText, Scalar};
    use super::{Condition, CountRange, Operator, Quantifier, ValueCondition};
    use crate::evidence::predicate::{Number, ValuePath};

    macro_rules! raw {
        ($($(#[$meta:meta])* $field:ident: $type:ty => $variant:ident, $key:literal;)*) => {
            #[derive(Clone, Default, Serialize, Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[cfg_attr(feature = "schema", schemars(rename = "Condition"))]
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            /// Something that must hold of a JSON document: `path` with exactly one operator,
            /// or one of `allOf`, `anyOf` and `not`. A path that leads to nothing, and a value of
            /// another type than the operator compares, fail every operator, also `notEquals`,
            /// and also under `not`.
            pub(super) struct RawCondition {
                /// Where the value stands: a JSON pointer (RFC 6901), in which `*` stands for
                /// every item of a list.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                path: Option<ValuePath>,
                /// Of how many of the values that a path with `*` leads to.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                quantifier: Option<Quantifier>,
                $(
                    $(#[$meta])*
                    #[serde(default, skip_serializing_if = "Option::is_none")]
                    $field: Option<$type>,
                )*
                /// It is an earlier time.
                #[serde(default, skip_serializing_if = "Option::is_none", with = "super::super::scalars::time")]
                #[cfg_attr(feature = "schema", schemars(with = "Option<super::super::scalars::TimeText>"))]
                before: Option<Timestamp>,
                /// It is a later time.
                #[serde(default, skip_serializing_if = "Option::is_none", with = "super::super::scalars::time")]
                #[cfg_attr(feature = "schema", schemars(with = "Option<super::super::scalars::TimeText>"))]
                after: Option<Timestamp>,
                /// Each of these holds.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                all_of: Option<Vec<Condition>>,
                /// One of these holds.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                any_of: Option<Vec<Condition>>,
                /// This does not hold, and that can be told.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                not: Option<Box<Condition>>,
            }

            /// The keys of operators.
            const OPERATORS: &[&str] = &[$($key,)* "before", "after"];

            impl RawCondition {
                /// The operators that are written.
                fn operators(&mut self) -> Vec<Operator> {
                    let mut found = Vec::new();
                    $(found.extend(self.$field.take().map(Operator::$variant));)*
                    found.extend(self.before.take().map(Operator::Before));
                    found.extend(self.after.take().map(Operator::After));
                    found
                }

                fn set(&mut self, operator: Operator) {
                    match operator {
                        $(Operator::$variant(value) => self.$field = Some(value),)*
                        Operator::Before(time) => self.before = Some(time),
                        Operator::After(time) => self.after = Some(time),
                    }
                }
            }
        };
    }

    raw! {
        /// It is this.
        equals: Scalar => Equals, "equals";
        /// It is another of the same type.
        not_equals: Scalar => NotEquals, "notEquals";
        /// It is one of these.
        #[serde(rename = "in")]
        in_list: Vec<Scalar> => In, "in";
        /// It is none of these, which are all of its type.
        not_in: Vec<Scalar> => NotIn, "notIn";
        /// It is a text that matches as a whole.
        matches: RegexText => Matches, "matches";
        /// It is a text that starts with this.
        starts_with: String => StartsWith, "startsWith";
        /// It is a text that ends with this.
        ends_with: String => EndsWith, "endsWith";
        /// It is a text that holds this text, or a list that holds this value.
        contains: Scalar => Contains, "contains";
        /// `true`: it is there and not `null`. `false`: the object that would hold it is there
        /// and lacks it.
        exists: bool => Exists, "exists";
        /// It is a greater number.
        greater_than: Number => GreaterThan, "greaterThan";
        /// It is this number or a greater one.
        at_least: Number => AtLeast, "atLeast";
        /// It is a smaller number.
        less_than: Number => LessThan, "lessThan";
        /// It is this number or a smaller one.
        at_most: Number => AtMost, "atMost";
        /// It is a time that is not longer ago than this, and not in the future.
        within: Duration => Within, "within";
    }

    impl TryFrom<RawCondition> for Condition {
        type Error = String;

        fn try_from(mut raw: RawCondition) -> Result<Self, String> {
            let operators = raw.operators();
            let group = match (raw.all_of, raw.any_of, raw.not) {
                (Some(all), None, None) => Some(Self::AllOf(all)),
                (None, Some(any), None) => Some(Self::AnyOf(any)),
                (None, None, Some(not)) => Some(Self::Not(not)),
                (None, None, None) => None,
                _ => return Err("exactly one of `allOf`, `anyOf` and `not` is expected".to_owned()),
            };
            let path = match (raw.path, group) {
                (None, Some(group)) if operators.is_empty() && raw.quantifier.is_none() => {
                    return Ok(group);
                }
                (_, Some(_)) => {
                    return Err("`allOf`, `anyOf` and `not` stand alone in a condition".to_owned());
                }
                (None, None) => return Err("the key `path` is missing".to_owned()),
                (Some(path), None) => path,
            };
            let mut operators = operators.into_iter();
            let (Some(operator), None) = (operators.next(), operators.next()) else {
                return Err(format!(
                    "exactly one operator is expected: one of `{}`",
                    OPERATORS.join("`, `")
                ));
            };
            quantified(&path, raw.quantifier)?;
            Ok(Self::Value(ValueCondition { path, quantifier: raw.quantifier, operator }))
        }
    }

    fn quantified(path: &ValuePath, quantifier: Option<Quantifier>) -> Result<(), String> {
        match (path.is_many(), quantifier) {
            (true, None) => Err(format!(
                "`{path}` leads to several values: `quantifier` with one of `all`, `any`, `none` \
                 and `count` is expected"
            )),
            (false, Some(_)) => {
                Err(format!("`{path}` leads to one value, so there is no `quantifier`"))
            }
            (_, Some(Quantifier::Count(CountRange { at_least, at_most }))) => {
                match (at_least, at_most) {
                    (None | Some(0), None) => {
                        Err("`count` needs `atLeast` of 1 or more, or `atMost`".to_owned())
                    }
                    (Some(least), Some(most)) if least > most => {
                        Err(format!("no count is `{least}` or more and `{most}` or less"))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    impl From<Condition> for RawCondition {
        fn from(condition: Condition) -> Self {
            let mut raw = Self::default();
            match condition {
                Condition::Value(ValueCondition { path, quantifier, operator }) => {
                    raw.path = Some(path);
                    raw.quantifier = quantifier;
                    raw.set(operator);
                }
                Condition::AllOf(all) => raw.all_of = Some(all),
                Condition::AnyOf(any) => raw.any_of = Some(any),
                Condition::Not(not) => raw.not = Some(not),
            }
            raw
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Condition;

    #[test]
    fn each_form_is_read_and_written_back() {
        for text in [
            r#"{"path":"/a","equals":"x"}"#,
            r#"{"path":"/a","notEquals":{"number":"-1.5"}}"#,
            r#"{"path":"/a","in":["x",1,true]}"#,
            r#"{"path":"/a","atMost":"7.5"}"#,
            r#"{"path":"/a","exists":false}"#,
            r#"{"path":"/a","before":"2026-11-01T00:00:00Z"}"#,
            r#"{"path":"/a","within":"30d"}"#,
            r#"{"path":"/a/*","quantifier":"none","contains":"x"}"#,
            r#"{"path":"/a/*","quantifier":{"count":{"atLeast":1,"atMost":2}},"matches":"x.*"}"#,
            r#"{"allOf":[{"path":"/a","exists":true},{"not":{"path":"/b","equals":1}}]}"#,
        ] {
            let read: Condition =
                serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_condition() {
        for text in [
            "{}",
            r#"{"path":"/a"}"#,
            r#"{"equals":"x"}"#,
            r#"{"path":"a","equals":"x"}"#,
            r#"{"path":"/a","equals":"x","notEquals":"y"}"#,
            r#"{"path":"/a/*","equals":"x"}"#,
            r#"{"path":"/a","quantifier":"all","equals":"x"}"#,
            r#"{"path":"/a/*","quantifier":{"count":{}},"equals":"x"}"#,
            r#"{"path":"/a/*","quantifier":{"count":{"atLeast":0}},"equals":"x"}"#,
            r#"{"path":"/a/*","quantifier":{"count":{"atLeast":3,"atMost":2}},"equals":"x"}"#,
            r#"{"path":"/a","equals":null}"#,
            r#"{"path":"/a","equals":["x"]}"#,
            r#"{"path":"/a","within":"1y"}"#,
            r#"{"path":"/a","equals":"x","not":{"path":"/a","equals":"x"}}"#,
            r#"{"allOf":[],"anyOf":[]}"#,
            r#"{"path":"/a","equal":"x"}"#,
        ] {
            assert!(serde_json::from_str::<Condition>(text).is_err(), "{text}");
        }
    }
}
