//! `config`: what the image's configuration says.

use regex::Regex;

use super::case::{Case, Judgement, reason};
use super::secrets;
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::facts::{Content, PlatformFacts};
use crate::policy::model::{ConfigRule, LabelRule, PortRange, RegexText, UserRule};
use crate::reasons::Code;

#[derive(Debug)]
pub(super) struct Compiled {
    rule: ConfigRule,
    labels: Vec<(String, RegexText, Regex)>,
    entrypoint: Option<Vec<Regex>>,
}

impl Compiled {
    pub(super) fn new(rule: &ConfigRule) -> Result<Self, String> {
        let mut labels = Vec::new();
        for (name, text) in rule.labels.iter().flat_map(|labels| &labels.regex) {
            labels.push((name.clone(), text.clone(), text.compile()?));
        }
        let compile = |texts: &Vec<RegexText>| texts.iter().map(RegexText::compile).collect();
        Ok(Self {
            entrypoint: rule.entrypoint.as_ref().map(compile).transpose()?,
            rule: rule.clone(),
            labels,
        })
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        case.each_platform(platforms, |case, facts| match &facts.content {
            Err(problem) => vec![reason(problem)],
            Ok(content) => self.one(case, facts, content),
        })
        .into()
    }

    fn one(&self, case: &mut Case<'_>, facts: &PlatformFacts, content: &Content) -> Vec<Reason> {
        let mut reasons = Vec::new();
        reasons.extend(self.rule.user.as_ref().and_then(|rule| user(rule, content)));
        if let Some(rule) = &self.rule.labels {
            self.label(rule, content, &mut reasons);
        }
        self.env(content, &mut reasons);
        if self.rule.history.is_some() {
            history(content, &mut reasons);
        }
        self.ports(content, &mut reasons);
        reasons.extend(self.platform(facts));
        reasons.extend(self.entrypoint(content));
        reasons.extend(self.age(case, content));
        reasons.extend(self.size(content));
        let config = content.manifest.config.digest;
        if reasons.is_empty() {
            reasons.push(Reason::new(Code::ConfigAccepted));
        }
        reasons.into_iter().map(|reason| reason.from_evidence(config)).collect()
    }

    fn label(&self, rule: &LabelRule, content: &Content, reasons: &mut Vec<Reason>) {
        let value = |name: &str| content.config.labels.get(name).map_or("", String::as_str);
        for name in rule.required.iter().filter(|name| value(name).is_empty()) {
            reasons.push(
                Reason::new(Code::ConfigLabelMissing)
                    .found("no value")
                    .expected(format!("label `{name}`")),
            );
        }
        for (name, text, regex) in &self.labels {
            let present = content.config.labels.get(name);
            if !present.is_some_and(|value| regex.is_match(value)) {
                let found = present.map_or_else(|| "no value".to_owned(), Clone::clone);
                reasons.push(
                    Reason::new(Code::ConfigLabelMismatch)
                        .found(found)
                        .expected(format!("label `{name}` as `{text}`")),
                );
            }
        }
    }

    fn env(&self, content: &Content, reasons: &mut Vec<Reason>) {
        let Some(rule) = &self.rule.env else { return };
        for variable in &content.config.env {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            if let Some(glob) = rule.deny.iter().find(|glob| glob.matches(name)) {
                reasons.push(
                    Reason::new(Code::ConfigEnvDenied)
                        .found(name.to_owned())
                        .expected(format!("no variable as `{glob}`")),
                );
            }
            if rule.secrets.is_some()
                && let Some(what) = secrets::in_variable(name, value)
            {
                // The value itself must not spread into decisions and logs.
                reasons.push(secret(format!("{what} in variable `{name}`")));
            }
        }
    }

    fn ports(&self, content: &Content, reasons: &mut Vec<Reason>) {
        let Some(rule) = &self.rule.ports else { return };
        for text in &content.config.exposed_ports {
            let port = exposed(text);
            let within = |ranges: &[PortRange]| {
                port.is_some_and(|(number, protocol)| {
                    ranges.iter().any(|range| {
                        (range.first..=range.last).contains(&number)
                            && range.protocol.as_deref().is_none_or(|own| own == protocol)
                    })
                })
            };
            let denied = port.is_none() || within(&rule.deny);
            let allowed = rule.allow.as_deref().is_none_or(within);
            if denied || !allowed {
                reasons.push(Reason::new(Code::ConfigPortDenied).found(text.clone()));
            }
        }
    }

    fn platform(&self, facts: &PlatformFacts) -> Option<Reason> {
        let allowed = self.rule.platforms.as_ref()?;
        let own = facts.platform.as_ref();
        if own.is_some_and(|own| allowed.iter().any(|want| want.admits(own))) {
            return None;
        }
        let found = own.map_or_else(|| "no platform".to_owned(), ToString::to_string);
        let items = allowed.iter().map(ToString::to_string).collect();
        Some(
            Reason::new(Code::ConfigPlatformNotAllowed)
                .found(found)
                .expected(Detail::List { items, more: 0 }),
        )
    }

    fn entrypoint(&self, content: &Content) -> Option<Reason> {
        let allowed = self.entrypoint.as_ref()?;
        let words = content.config.entrypoint.as_deref().unwrap_or_default();
        let line = words.join(" ");
        if !words.is_empty() && allowed.iter().any(|regex| regex.is_match(&line)) {
            return None;
        }
        let found = if words.is_empty() { "no entrypoint".to_owned() } else { line };
        Some(Reason::new(Code::ConfigEntrypointNotAllowed).found(found))
    }

    fn age(&self, case: &mut Case<'_>, content: &Content) -> Option<Reason> {
        let limit = self.rule.max_age?;
        let Some(created) = content.config.created else {
            return Some(Reason::new(Code::ConfigUndated));
        };
        match case.is_older(created, limit.seconds()) {
            Ok(false) => None,
            Ok(true) => Some(
                Reason::new(Code::ConfigTooOld)
                    .found(Detail::Time(created))
                    .expected(format!("not older than {}", String::from(limit))),
            ),
            Err(reason) => Some(reason),
        }
    }

    fn size(&self, content: &Content) -> Option<Reason> {
        let limit = self.rule.max_size?.0;
        let mut sizes = content.manifest.layers.iter().map(|layer| layer.size);
        let total = sizes.try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)));
        let found = match total {
            Some(total) if total <= limit => return None,
            Some(total) => format!("{total} bytes"),
            None => "a layer of unknown size".to_owned(),
        };
        Some(
            Reason::new(Code::ConfigTooLarge)
                .found(found)
                .expected(format!("at most {limit} bytes")),
        )
    }
}

/// The user's own part: `0`, `root`, an absent and an empty user are root, in whatever group;
/// a name says nothing about its number.
fn user(rule: &UserRule, content: &Content) -> Option<Reason> {
    let text = content.config.user.as_deref().unwrap_or_default();
    let user = text.split(':').next().unwrap_or_default();
    let number = user.parse::<u64>().ok();
    let found = || if text.is_empty() { "no user".to_owned() } else { text.to_owned() };
    let fail = |code, expected: String| Some(Reason::new(code).found(found()).expected(expected));
    let is_root = user.is_empty() || user == "root" || number == Some(0);
    match rule {
        UserRule::OneOf(users) if users.iter().any(|allowed| allowed == text) => None,
        UserRule::OneOf(users) => {
            fail(Code::ConfigUserNotAllowed, format!("one of `{}`", users.join("`, `")))
        }
        _ if is_root => fail(Code::ConfigUserRoot, "a user other than root".to_owned()),
        UserRule::NonRoot if number.is_none() => {
            fail(Code::ConfigUserUnknown, "a number other than 0".to_owned())
        }
        UserRule::NonRoot | UserRule::NonRootOrNamed => None,
    }
}

fn history(content: &Content, reasons: &mut Vec<Reason>) {
    for (position, entry) in content.config.history.iter().enumerate() {
        let command = entry.created_by.as_deref().unwrap_or_default();
        let comment = entry.comment.as_deref().unwrap_or_default();
        for text in [command, comment] {
            if let Some(what) = secrets::in_text(text) {
                reasons.push(secret(format!("{what} in history entry {position}")));
            }
        }
    }
}

fn secret(found: String) -> Reason {
    Reason::new(Code::ConfigSecret).found(found).expected("no credential")
}

/// `8080/tcp`, or `8080`, which means TCP.
fn exposed(text: &str) -> Option<(u16, &str)> {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    number.parse().ok().map(|number| (number, protocol))
}
