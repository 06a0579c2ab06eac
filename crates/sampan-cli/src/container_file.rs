// SPDX-License-Identifier: Apache-2.0
//! `FILE[:key=value,...]`: a module and what is decided for its container alone.
//!
//! The options begin at the first colon that a known key and `=` follow, and each later one at a comma that
//! a known key and `=` follow; so paths, environment values and arguments may contain both.

use crate::units::parse_size;
use sampan_abi::limits;
use sampan_image::Permission;
use std::ffi::OsString;
use std::path::PathBuf;

/// Options that a container can be given. `None` and empty: as for all containers, or the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContainerSettings {
    pub(crate) name: Option<String>,
    pub(crate) memory: Option<u32>,
    pub(crate) stack: Option<u32>,
    pub(crate) share: Option<u16>,
    pub(crate) priority: Option<u8>,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<String>,
    /// Permissions of a plain module.
    pub(crate) permits: Vec<String>,
}

/// One FILE of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContainerFile {
    pub(crate) path: PathBuf,
    pub(crate) own: ContainerSettings,
}

const KEYS: [&str; 8] = ["name", "memory", "stack", "share", "priority", "arg", "env", "permit"];

/// Whether `text` begins with a known key and `=`.
fn begins_with_key(text: &str) -> bool {
    KEYS.iter().any(|key| text.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')))
}

/// Splits at each `separator` that a known key and `=` follow.
fn split_at_keys(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find(separator)).map(|at| at + from) {
        let (part, next) = (rest.get(..at).unwrap_or(""), rest.get(at + 1..).unwrap_or(""));
        if begins_with_key(next) {
            parts.push(part);
            rest = next;
            from = 0;
        } else {
            from = at + 1;
        }
    }
    parts.push(rest);
    parts
}

impl ContainerFile {
    /// Reads one FILE argument. A path that isn't Unicode can't have options.
    pub(crate) fn parse(argument: OsString) -> Result<Self, String> {
        let Some(text) = argument.to_str() else {
            return Ok(Self { path: argument.into(), own: ContainerSettings::default() });
        };
        let start = text.match_indices(':').map(|(at, _)| at + 1);
        let start = start.into_iter().find(|&at| text.get(at..).is_some_and(begins_with_key));
        let Some(start) = start else {
            return Ok(Self { path: text.into(), own: ContainerSettings::default() });
        };
        let path = text.get(..start.saturating_sub(1)).unwrap_or("");
        let mut own = ContainerSettings::default();
        for option in split_at_keys(text.get(start..).unwrap_or(""), ',') {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            own.set(key, value).map_err(|wrong| format!("{key}={value}: {wrong}"))?;
        }
        Ok(Self { path: path.into(), own })
    }
}

impl ContainerSettings {
    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "name" => self.name = Some(parse_name(value)?),
            "memory" => self.memory = Some(parse_size(value)?),
            "stack" => self.stack = Some(parse_size(value)?),
            "share" => self.share = Some(parse_share(value)?),
            "priority" => self.priority = Some(parse_priority(value)?),
            "arg" => self.args.push(value.to_owned()),
            "permit" => self.permits.push(parse_permission(value)?),
            _ => self.env.push(parse_env(value)?),
        }
        Ok(())
    }

    /// These settings where they're given, else those of `common`. Arguments and permissions follow the common
    /// ones; an environment variable replaces a common one of the same key.
    pub(crate) fn over(&self, common: &Self) -> Self {
        let key = |variable: &str| variable.split('=').next().map(str::to_owned);
        let is_own = |variable: &&String| self.env.iter().any(|own| key(own) == key(variable));
        let env = common.env.iter().filter(|variable| !is_own(variable)).chain(&self.env);
        Self {
            name: self.name.clone().or_else(|| common.name.clone()),
            memory: self.memory.or(common.memory),
            stack: self.stack.or(common.stack),
            share: self.share.or(common.share),
            priority: self.priority.or(common.priority),
            args: common.args.iter().chain(&self.args).cloned().collect(),
            env: env.cloned().collect(),
            permits: common.permits.iter().chain(&self.permits).cloned().collect(),
        }
    }
}

/// Reads a container's name.
pub(crate) fn parse_name(text: &str) -> Result<String, String> {
    if text == "sampan" {
        return Err("the runtime itself is called so".to_owned());
    }
    sampan_core::Name::new(text.as_bytes())
        .map(|_| text.to_owned())
        .map_err(|_| format!("a name is 1 to {} ASCII letters, digits, '-', '_' or '.'", limits::MAX_NAME))
}

/// Reads a CPU share.
pub(crate) fn parse_share(text: &str) -> Result<u16, String> {
    let share = text.parse().ok().filter(|share| (1..=limits::MAX_SHARE).contains(share));
    share.ok_or_else(|| format!("a share is 1 to {}", limits::MAX_SHARE))
}

/// Reads a priority.
pub(crate) fn parse_priority(text: &str) -> Result<u8, String> {
    let priority = text.parse().ok().filter(|&priority| priority <= limits::MAX_PRIORITY);
    priority.ok_or_else(|| format!("a priority is 0 (first) to {} (last)", limits::MAX_PRIORITY))
}

/// Reads an environment variable.
pub(crate) fn parse_env(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("an environment variable is KEY=value".to_owned()),
    }
}

/// Reads a permission.
pub(crate) fn parse_permission(text: &str) -> Result<String, String> {
    let wrong = "a permission is a name, and an argument if the name takes one, as in log or gpio:led0";
    Permission::parse(text).map(|_| text.to_owned()).map_err(|_| wrong.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ContainerFile, String> {
        ContainerFile::parse(text.into())
    }

    #[test]
    fn a_path_alone_may_hold_anything() {
        for text in ["app.wasm", "c:/a,b:c=d.wasm", "", "x:", "dir/memory=3"] {
            assert_eq!(parse(text).unwrap(), ContainerFile { path: text.into(), own: Default::default() });
        }
    }

    #[test]
    fn options_follow_the_first_key() {
        let file = parse(
            "c:/a.wasm:name=one,memory=64k,stack=2k,share=300,priority=7,env=URL=http://x:8,9,permit=gpio:led0,permit=msg.pub:a/b,arg=-n,m,arg=",
        )
        .unwrap();
        assert_eq!(file.path, PathBuf::from("c:/a.wasm"));
        let expected = ContainerSettings {
            name: Some("one".into()),
            memory: Some(65536),
            stack: Some(2048),
            share: Some(300),
            priority: Some(7),
            args: vec!["-n,m".into(), String::new()],
            env: vec!["URL=http://x:8,9".into()],
            permits: vec!["gpio:led0".into(), "msg.pub:a/b".into()],
        };
        assert_eq!(file.own, expected);
    }

    #[test]
    fn wrong_values_are_told_with_their_key() {
        for text in ["a:share=0", "a:share=1001", "a:priority=8", "a:memory=0", "a:name=", "a:name=sampan"] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(&text[2..]), "{error}");
        }
        assert!(parse("a:env=noequals").is_err());
        assert!(parse("a:permit=gpio").is_err() && parse("a:permit=").is_err());
        assert!(parse("a:name=x,env==v").is_err());
    }

    #[test]
    fn own_settings_win() {
        let common = ContainerSettings {
            memory: Some(1),
            share: Some(2),
            args: vec!["a".into()],
            env: vec!["K=1".into(), "L=1".into()],
            permits: vec!["log".into()],
            ..Default::default()
        };
        let own = parse("x:share=5,arg=b,env=K=2,permit=clock").unwrap().own;
        let merged = own.over(&common);
        assert_eq!((merged.memory, merged.share), (Some(1), Some(5)));
        assert_eq!(merged.permits, ["log", "clock"]);
        assert_eq!(
            (merged.args, merged.env),
            (vec!["a".into(), "b".into()], vec!["L=1".into(), "K=2".into()])
        );
    }
}
