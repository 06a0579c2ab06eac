// SPDX-License-Identifier: Apache-2.0
//! MQTT topic filters: `+` is any one level, `#` at the end the level before it and all below.
//!
//! As MQTT has it, a wildcard doesn't reach topics that begin with `$` from the first level.

use core::fmt;

const ONE: &str = "+";
const REST: &str = "#";

/// Whether text is a topic filter; a topic is one without wildcards.
pub(super) fn is_filter(text: &str) -> bool {
    let mut levels = text.split(['/']);
    let whole = |level: &str| !level.contains(['+', '#']) || level == ONE;
    let all = levels.by_ref().all(whole);
    // `all` stops behind the first level that isn't whole: only a `#` that is the last may be that.
    !text.is_empty() && (all || levels.next().is_none() && text.split(['/']).next_back() == Some(REST))
}

/// Whether a wildcard at the beginning of `filter` doesn't reach `other`.
fn hidden(filter: &str, other: &str) -> bool {
    filter.starts_with(['+', '#']) && other.starts_with('$')
}

/// Whether every topic that `other` matches, `filter` does.
pub(super) fn covers(filter: &str, other: &str) -> bool {
    if hidden(filter, other) {
        return false;
    }
    let (mut own, mut others) = (filter.split(['/']), other.split(['/']));
    loop {
        match (own.next(), others.next()) {
            (Some(REST), _) | (None, None) => return true,
            (Some(ONE), Some(level)) if level != REST => {}
            (Some(level), Some(other)) if level == other => {}
            _ => return false,
        }
    }
}

/// Whether some topic is matched by both.
pub(super) fn overlap(a: &str, b: &str) -> bool {
    if hidden(a, b) || hidden(b, a) {
        return false;
    }
    let (mut a, mut b) = (a.split(['/']), b.split(['/']));
    loop {
        match (a.next(), b.next()) {
            (Some(REST), _) | (_, Some(REST)) | (None, None) => return true,
            (Some(x), Some(y)) if x == y || x == ONE || y == ONE => {}
            _ => return false,
        }
    }
}

/// Writes the filter that matches what both do, which overlap.
pub(super) fn write_overlap(f: &mut fmt::Formatter<'_>, a: &str, b: &str) -> fmt::Result {
    let (mut a, mut b) = (a.split(['/']), b.split(['/']));
    let mut separator = "";
    loop {
        let (level, mut rest) = match (a.next(), b.next()) {
            (Some(REST), Some(level)) => (level, b.clone()),
            (Some(level), Some(REST)) => (level, a.clone()),
            (Some(ONE), Some(level)) | (Some(level), Some(_)) => {
                write!(f, "{separator}{level}")?;
                separator = "/";
                continue;
            }
            // The end of one: a `#` that remains of the other matches nothing more.
            _ => return Ok(()),
        };
        write!(f, "{separator}{level}")?;
        return rest.try_for_each(|level| write!(f, "/{level}"));
    }
}
