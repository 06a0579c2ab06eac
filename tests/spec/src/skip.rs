// SPDX-License-Identifier: Apache-2.0
//! The list of what isn't expected to pass, each with its reason.
//!
//! A line reads `<test>[:<line>] <engine> <class> <reason>`; `*` in the test's name stands for any text,
//! as engine or class for any. A failure is skipped by the first rule that names it. A rule
//! that no failure needs is itself a failure, so the list can't outlive its reasons. The engines' names with
//! `-target` after them stand for the engines on a microcontroller.

/// The list.
pub const LIST: &str = include_str!("../skip.txt");

/// One failed assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the test.
    pub test: String,
    /// Line in the test.
    pub line: usize,
    /// What kind of failure it is.
    pub class: &'static str,
    /// What was expected and what came.
    pub text: String,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The line as it is written.
    pub text: String,
    test: String,
    line: Option<usize>,
    engine: String,
    class: String,
    /// How many failures it skipped.
    pub used: usize,
}

/// Reads a list; a line that starts with `#` is a comment.
///
/// # Errors
/// The first line that isn't a rule.
pub fn parse(list: &str) -> Result<Vec<Rule>, String> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| rule(line).ok_or_else(|| format!("no rule: {line}"))).collect()
}

fn rule(text: &str) -> Option<Rule> {
    let mut words = text.split_whitespace();
    let (test, engine, class) = (words.next()?, words.next()?, words.next()?);
    words.next()?;
    let (test, line) = match test.split_once(':') {
        Some((test, line)) => (test, Some(line.parse().ok()?)),
        None => (test, None),
    };
    Some(Rule {
        text: text.to_owned(),
        test: test.to_owned(),
        line,
        engine: engine.to_owned(),
        class: class.to_owned(),
        used: 0,
    })
}

impl Rule {
    /// Whether it speaks of this failure of `engine`.
    #[must_use]
    pub fn covers(&self, engine: &str, failure: &Failure) -> bool {
        self.concerns(engine)
            && (self.class == "*" || self.class == failure.class)
            && self.line.is_none_or(|line| line == failure.line)
            && glob(&self.test, &failure.test)
    }

    /// Whether it speaks of an engine on a microcontroller.
    #[must_use]
    pub fn is_of_target(&self) -> bool {
        self.engine.ends_with("-target")
    }

    /// Whether it speaks of `engine` at all.
    #[must_use]
    pub fn concerns(&self, engine: &str) -> bool {
        self.engine == "*" || self.engine == engine
    }
}

/// Whether `text` is what `pattern` stands for; `*` stands for any text.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices().map(|(idx, _)| idx).chain([tail.len()]).any(|idx| glob(rest, &tail[idx..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(test: &str, line: usize, class: &'static str) -> Failure {
        Failure { test: test.to_owned(), line, class, text: String::new() }
    }

    #[test]
    fn rules_cover_what_they_name_and_nothing_else() {
        let list = "# comment\n\nwasm-v2/lin*:7 packed load a reason\n* * import another reason\n";
        let rules = parse(list).unwrap();
        assert_eq!(rules.len(), 2);
        assert!(rules[0].covers("packed", &failure("wasm-v2/linking", 7, "load")));
        assert!(!rules[0].covers("wasmi", &failure("wasm-v2/linking", 7, "load")));
        assert!(!rules[0].covers("packed", &failure("wasm-v2/linking", 8, "load")));
        assert!(!rules[0].covers("packed", &failure("wasm-v2/labels", 7, "load")));
        assert!(rules[1].covers("wasmi", &failure("anything", 1, "import")));
        assert!(!rules[1].covers("wasmi", &failure("anything", 1, "result")));
    }

    #[test]
    fn a_rule_without_a_reason_is_refused() {
        assert!(parse("wasm-v2/linking packed load").is_err());
        assert!(parse("wasm-v2/linking:x packed load reason").is_err());
    }

    #[test]
    fn globs_match_whole_texts() {
        assert!(glob("a*c", "abc") && glob("a*c", "ac") && glob("*", "") && glob("*b*", "abc"));
        assert!(!glob("a*c", "abcd") && !glob("a", "ab") && !glob("a*b*c", "acb"));
    }
}
