// SPDX-License-Identifier: Apache-2.0
//! Permissions: what they cover, and what is left where two lists meet.
//!
//! A permission is `name` or `name:argument`. The name decides what its argument is: a topic filter, an
//! address, a size, or a name. Nothing is covered that isn't listed, and [`Effective`] takes both lists: what the
//! module asks for, and what the operator grants.
//!
//! Separators are looked for as arrays of one `char`, here and in policies: the standard library's search for a lone one has
//! slices that could panic as far as the compiler sees, and devices link no panic.

mod topic;

use crate::cbor::Reader;
use core::fmt;

/// Permissions of one list, at most.
pub const MAX_PERMISSIONS: usize = 64;
/// Bytes of one permission, at most.
pub const MAX_PERMISSION_BYTES: usize = 127;
/// Bytes of its name, at most.
const MAX_NAME_BYTES: usize = 31;
/// An argument that covers every other: not of topics, which have filters, nor of sizes.
const ANY: &str = "*";

/// Text that is no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionError;

/// What a permission is restricted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// Nothing.
    None,
    /// A device or another name; `*` for any.
    Name(&'a str),
    /// Topics, by an MQTT filter.
    Topic(&'a str),
    /// A host, `*` for any, and a port, `None` for any.
    Address {
        /// Host name or address, without brackets.
        host: &'a str,
        /// Port.
        port: Option<u16>,
    },
    /// A number of bytes; a larger one covers a smaller one.
    Size(u32),
}

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission<'a> {
    /// What it permits, such as `gpio` or `msg.pub`.
    pub name: &'a str,
    /// What it's restricted to.
    pub argument: Argument<'a>,
}

/// Kind of a name's argument.
enum Kind {
    None,
    Name,
    Topic,
    Address,
    Size,
    /// A name of the firmware's own: with an argument or without.
    Either,
}

/// Kinds of the arguments of the names that Sampan itself knows.
fn kind_of(name: &str) -> Kind {
    match name {
        "log" | "clock" | "timer" | "random" | "health" => Kind::None,
        "gpio" | "adc" | "i2c" | "spi" | "uart" | "sensor" | "net.dns" => Kind::Name,
        "msg.pub" | "msg.sub" => Kind::Topic,
        "net.connect" | "net.listen" | "net.udp" => Kind::Address,
        "kv" => Kind::Size,
        _ => Kind::Either,
    }
}

impl<'a> Argument<'a> {
    /// Reads `host:port` or `[IPv6]:port`; either may be `*` for any. `None` for anything else.
    #[must_use]
    pub fn parse_address(text: &'a str) -> Option<Self> {
        address(text)
    }

    /// Whether everything that `other` restricts to, this one has.
    #[must_use]
    #[inline(never)]
    pub fn covers(&self, other: &Argument<'_>) -> bool {
        match (*self, *other) {
            (Argument::None, Argument::None) => true,
            (Argument::Name(own), Argument::Name(name)) => own == ANY || own == name,
            (Argument::Topic(own), Argument::Topic(filter)) => topic::covers(own, filter),
            (Argument::Address { host: own, port: own_port }, Argument::Address { host, port }) => {
                (own == ANY || own.eq_ignore_ascii_case(host)) && (own_port.is_none() || own_port == port)
            }
            (Argument::Size(own), Argument::Size(size)) => own >= size,
            _ => false,
        }
    }
}

/// Whether a text is an MQTT topic filter; a topic is one without wildcards.
#[must_use]
pub fn is_topic_filter(text: &str) -> bool {
    topic::is_filter(text)
}

impl<'a> Permission<'a> {
    /// Reads a permission.
    ///
    /// # Errors
    /// [`PermissionError`] for text that is none: a malformed name, or an argument that the name doesn't
    /// take.
    #[inline(never)]
    pub fn parse(text: &'a str) -> Result<Self, PermissionError> {
        let bad = text.len() > MAX_PERMISSION_BYTES || text.chars().any(char::is_control);
        let (name, argument) = match text.split_once([':']) {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        if bad || !is_name(name) {
            return Err(PermissionError);
        }
        let argument = match (kind_of(name), argument) {
            (Kind::None | Kind::Either, None) => Argument::None,
            (Kind::Name | Kind::Either, Some(argument)) if is_argument(argument) => Argument::Name(argument),
            (Kind::Topic, Some(filter)) if topic::is_filter(filter) => Argument::Topic(filter),
            (Kind::Address, Some(address)) => self::address(address).ok_or(PermissionError)?,
            (Kind::Size, Some(size)) => Argument::Size(decimal(size).ok_or(PermissionError)?),
            _ => return Err(PermissionError),
        };
        Ok(Self { name, argument })
    }

    /// Whether everything that `other` permits, this one does.
    #[must_use]
    pub fn covers(&self, other: &Permission<'_>) -> bool {
        self.name == other.name && self.argument.covers(&other.argument)
    }

    /// What both permit; `None` if that is nothing.
    #[must_use]
    #[inline(never)]
    pub fn meet(&self, other: &Self) -> Option<Meet<'a>> {
        if self.name != other.name {
            return None;
        }
        let smaller = match (self.argument, other.argument) {
            (Argument::Topic(a), Argument::Topic(b)) => {
                return topic::overlap(a, b).then_some(Meet::Topics { name: self.name, filters: [a, b] });
            }
            (Argument::Address { host: a, port: p }, Argument::Address { host: b, port: q }) => {
                let host = if a == ANY { b } else { a };
                let port = p.or(q);
                Self { name: self.name, argument: Argument::Address { host, port } }
            }
            _ if self.covers(other) => *other,
            _ => *self,
        };
        (self.covers(&smaller) && other.covers(&smaller)).then_some(Meet::One(smaller))
    }
}

/// What two permissions have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meet<'a> {
    /// A permission.
    One(Permission<'a>),
    /// The topics that both filters match.
    Topics {
        /// Name of the permission.
        name: &'a str,
        /// Both filters.
        filters: [&'a str; 2],
    },
}

impl fmt::Display for Permission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        match self.argument {
            Argument::None => Ok(()),
            Argument::Name(text) | Argument::Topic(text) => write!(f, ":{text}"),
            Argument::Address { host, port } => {
                if host.contains(':') { write!(f, ":[{host}]") } else { write!(f, ":{host}") }?;
                match port {
                    Some(port) => write!(f, ":{port}"),
                    None => f.write_str(":*"),
                }
            }
            Argument::Size(size) => write!(f, ":{size}"),
        }
    }
}

impl fmt::Display for Meet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(permission) => permission.fmt(f),
            Self::Topics { name, filters: [a, b] } => {
                write!(f, "{name}:")?;
                topic::write_overlap(f, a, b)
            }
        }
    }
}

/// A list of permissions, each of which was read once.
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// Lines, each with its end.
    Lines(&'a str),
    /// Texts.
    Texts(&'a [&'a str]),
    /// Items of an array.
    Array { count: usize, reader: Reader<'a> },
}

impl<'a> Permissions<'a> {
    /// No permission.
    pub const NONE: Self = Self(Source::Lines(""));

    /// Takes a list of texts.
    ///
    /// # Errors
    /// [`PermissionError`] if one of them is no permission, or there are more than [`MAX_PERMISSIONS`].
    pub fn of_texts(texts: &'a [&'a str]) -> Result<Self, PermissionError> {
        let malformed = texts.iter().any(|text| Permission::parse(text).is_err());
        if malformed || texts.len() > MAX_PERMISSIONS {
            return Err(PermissionError);
        }
        Ok(Self(Source::Texts(texts)))
    }

    pub(crate) const fn of_lines(lines: &'a str) -> Self {
        Self(Source::Lines(lines))
    }

    pub(crate) const fn of_array(count: usize, reader: Reader<'a>) -> Self {
        Self(Source::Array { count, reader })
    }

    /// The permissions, in their order.
    #[must_use]
    pub const fn iter(&self) -> PermissionIter<'a> {
        PermissionIter(self.0)
    }

    /// Whether one of them covers `action`.
    #[must_use]
    pub fn cover(&self, action: &Permission<'_>) -> bool {
        self.iter().any(|permission| permission.covers(action))
    }

    fn size(&self, name: &str) -> u32 {
        let mut most = 0;
        for permission in self.iter() {
            match permission.argument {
                Argument::Size(size) if permission.name == name => most = most.max(size),
                _ => {}
            }
        }
        most
    }
}

/// The permissions of a list.
// A type of its own rather than adapters: each use of those is code of its own, and there are many.
#[derive(Clone, Debug)]
pub struct PermissionIter<'a>(Source<'a>);

impl<'a> PermissionIter<'a> {
    fn text(&mut self) -> Option<&'a str> {
        match &mut self.0 {
            Source::Lines(lines) => {
                let len = lines.bytes().position(|byte| byte == b'\n')?;
                let (line, rest) = lines.split_at_checked(len)?;
                *lines = rest.get(1..)?;
                Some(line)
            }
            Source::Texts(texts) => {
                let (first, rest) = texts.split_first()?;
                *texts = rest;
                Some(first)
            }
            Source::Array { count, reader } => {
                *count = count.checked_sub(1)?;
                reader.text().ok()
            }
        }
    }
}

impl<'a> Iterator for PermissionIter<'a> {
    type Item = Permission<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Permission<'a>> {
        // All were read once, so the first one that fails is the end.
        Permission::parse(self.text()?).ok()
    }
}

/// What two lists have in common.
#[derive(Clone, Debug)]
pub struct MeetIter<'a> {
    requested: PermissionIter<'a>,
    granted: Permissions<'a>,
    asked: Option<(Permission<'a>, PermissionIter<'a>)>,
}

impl<'a> Iterator for MeetIter<'a> {
    type Item = Meet<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Meet<'a>> {
        loop {
            if let Some((asked, granted)) = &mut self.asked {
                for given in granted {
                    if let Some(meet) = asked.meet(&given) {
                        return Some(meet);
                    }
                }
            }
            self.asked = Some((self.requested.next()?, self.granted.iter()));
        }
    }
}

/// What is asked for in vain.
#[derive(Clone, Debug)]
pub struct RefusedIter<'a> {
    requested: PermissionIter<'a>,
    granted: Permissions<'a>,
}

impl<'a> Iterator for RefusedIter<'a> {
    type Item = Permission<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Permission<'a>> {
        loop {
            let asked = self.requested.next()?;
            if !self.granted.iter().any(|given| asked.meet(&given).is_some()) {
                return Some(asked);
            }
        }
    }
}

/// What a container may do: what it asks for, as far as it is granted.
#[derive(Clone, Copy, Debug)]
pub struct Effective<'a> {
    /// What its module asks for.
    pub requested: Permissions<'a>,
    /// What the operator grants.
    pub granted: Permissions<'a>,
}

impl<'a> Effective<'a> {
    /// Nothing.
    pub const NONE: Self = Self { requested: Permissions::NONE, granted: Permissions::NONE };

    /// All that `granted` lists, whatever is asked for: for code that nobody signed, on the word of the firmware.
    #[must_use]
    pub const fn granted(granted: Permissions<'a>) -> Self {
        Self { requested: granted, granted }
    }

    /// Whether it may do `action`: to publish on a topic, say, or to subscribe by a filter.
    #[must_use]
    pub fn allows(&self, action: &Permission<'_>) -> bool {
        self.requested.cover(action) && self.granted.cover(action)
    }

    /// Most bytes that a permission with a size allows: the smaller of both; 0 without it.
    #[must_use]
    pub fn size(&self, name: &str) -> u32 {
        self.requested.size(name).min(self.granted.size(name))
    }

    /// All that is allowed, as permissions; some may overlap.
    #[must_use]
    pub const fn iter(&self) -> MeetIter<'a> {
        MeetIter { requested: self.requested.iter(), granted: self.granted, asked: None }
    }

    /// What is asked for but nothing of which is granted.
    #[must_use]
    pub const fn refused(&self) -> RefusedIter<'a> {
        RefusedIter { requested: self.requested.iter(), granted: self.granted }
    }
}

fn is_name(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
    text.len() <= MAX_NAME_BYTES
        && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && text.bytes().all(allowed)
}

/// A name, whose only wildcard is the whole of it.
fn is_argument(text: &str) -> bool {
    text == ANY || !text.is_empty() && !text.contains([' ', '*', ','])
}

/// `host:port`, `[address]:port`, each of them `*` for any.
fn address(text: &str) -> Option<Argument<'_>> {
    let (host, port) = text.rsplit_once([':'])?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').filter(|host| host.contains(':'))?,
        None if host.contains(':') => return None,
        None => host,
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    if host.is_empty() || host != ANY && !host.bytes().all(allowed) {
        return None;
    }
    let port = match port {
        ANY => None,
        number => Some(u16::try_from(decimal(number)?).ok().filter(|port| *port != 0)?),
    };
    Some(Argument::Address { host, port })
}

/// A decimal number without sign or leading zeros.
fn decimal(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests;
