//! `{{ }}` in texts, taken apart once: what is put in is never read again.

/// A text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// An expression, which may have variables of its own inside.
    Variable(Template),
}

/// Deepest nesting of variables in variables.
const MAX_DEPTH: usize = 8;
/// Most openings in one text; further ones are text.
const MAX_ATTEMPTS: usize = 1_000;

impl Template {
    pub(super) fn parse(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut reader = Reader { chars: &chars, at: 0, attempts: 0 };
        Self { parts: reader.parts(0).0 }
    }

    /// The one variable that the whole text is.
    pub(super) fn whole(&self) -> Option<&Self> {
        match self.parts.as_slice() {
            [Part::Variable(inner)] => Some(inner),
            _ => None,
        }
    }

    pub(super) fn has_variables(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Variable(_)))
    }

    /// As it was written, between its braces.
    pub(super) fn source(&self) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(inner) => format!("{{{{{}}}}}", inner.source()),
        };
        self.parts.iter().map(part).collect()
    }

    /// Every variable in it, the inner ones too.
    pub(super) fn variables<'t>(&'t self, found: &mut Vec<&'t Self>) {
        for part in &self.parts {
            if let Part::Variable(inner) = part {
                inner.variables(found);
                found.push(inner);
            }
        }
    }
}

struct Reader<'c> {
    chars: &'c [char],
    at: usize,
    /// Openings that were followed; each may read the rest of the text.
    attempts: usize,
}

impl Reader<'_> {
    fn starts(&self, word: &str) -> bool {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        word.chars().enumerate().all(|(position, c)| rest.get(position) == Some(&c))
    }

    fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    /// Parts up to the end of the text or of the variable, and whether that end was found.
    fn parts(&mut self, depth: usize) -> (Vec<Part>, bool) {
        let (mut parts, mut text) = (Vec::new(), String::new());
        let mut braces = 0_usize;
        while let Some(c) = self.chars.get(self.at).copied() {
            if depth == 0 && self.starts("\\{{") {
                text.push_str("{{");
                self.skip(3);
            } else if self.starts("{{") && depth < MAX_DEPTH && self.attempts < MAX_ATTEMPTS {
                self.attempts = self.attempts.saturating_add(1);
                let start = self.at;
                self.skip(2);
                let (inner, is_closed) = self.parts(depth.saturating_add(1));
                if is_closed {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    parts.push(Part::Variable(Template { parts: inner }));
                } else {
                    self.at = start;
                    text.push_str("{{");
                    self.skip(2);
                }
            } else if depth > 0 && braces == 0 && self.starts("}}") {
                self.skip(2);
                if !text.is_empty() {
                    parts.push(Part::Text(text));
                }
                return (parts, true);
            } else {
                match c {
                    '{' => braces = braces.saturating_add(1),
                    '}' => braces = braces.saturating_sub(1),
                    _ => {}
                }
                text.push(c);
                self.skip(1);
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        (parts, false)
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Template};

    #[test]
    fn variables_are_found_from_the_inside() {
        let template = Template::parse("a {{ b.\"{{ c }}\" }} d");
        let Part::Variable(outer) = &template.parts[1] else { panic!("{template:?}") };
        assert_eq!(outer.source(), " b.\"{{ c }}\" ");
        let mut found = Vec::new();
        template.variables(&mut found);
        assert_eq!(
            found.iter().map(|one| one.source()).collect::<Vec<_>>().first().unwrap(),
            " c "
        );
    }

    #[test]
    fn escaped_and_unclosed_braces_are_text() {
        assert_eq!(Template::parse("\\{{ a }}").parts, [Part::Text("{{ a }}".to_owned())]);
        assert_eq!(Template::parse("{{ a").parts, [Part::Text("{{ a".to_owned())]);
        assert!(Template::parse("{{ {a: b} }}").whole().is_some());
    }

    #[test]
    fn deep_nesting_takes_no_longer() {
        assert!(!Template::parse(&"{{".repeat(400)).has_variables());
    }
}
