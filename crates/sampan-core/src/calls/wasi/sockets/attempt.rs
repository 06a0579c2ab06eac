// SPDX-License-Identifier: Apache-2.0
//! One attempt at what is asked of a socket: it's done, refused, or has to wait for the socket.
//!
//! An attempt that has to wait has changed nothing, so it can be made again; every address is read, and asked a permission
//! for, anew. All that it will write to is checked before the platform is asked for anything.

use super::address::{ADDRESS_LEN, read_address, write_address};
use super::transfer::{Transfer, receive, send};
use super::{Args, Call, DATAGRAMS, GuestMemory, abi, offset};
use crate::calls::net::{DATAGRAM, LISTENER, STREAM, from_bytes, keep, to_bytes};
use crate::calls::{HandleKind, Permit};
use crate::container::Guest;
use crate::desk::{HandlePlace, Hold};
use crate::text::Short;
use core::net::SocketAddr;
use sampan_abi::{READY_READ, READY_WRITE, SocketKind, Status};
use sampan_image::Argument;
use sampan_platform::{Error, Platform, Socket};

/// A stream's socket that has no address, and one that has but neither listens nor is connected.
const FRESH: u16 = 4;
const BOUND: u16 = 5;
/// Flag of a descriptor, kept as the handle's tag: nothing waits.
pub(super) const NONBLOCK: u8 = abi::FDFLAGS_NONBLOCK as u8;

/// What has to be waited for.
pub(super) struct Busy {
    pub(super) socket: Socket,
    pub(super) readiness: u32,
}

/// Why a call isn't done.
pub(super) enum Failure {
    Errno(u16),
    /// The permission doesn't cover the address.
    Denied(Permit, SocketAddr),
    Busy(Busy),
}

impl From<Status> for Failure {
    /// All that fails so is an access to guest memory.
    fn from(_: Status) -> Self {
        Self::Errno(abi::ERRNO_FAULT)
    }
}

/// An open socket.
pub(super) struct Open {
    pub(super) place: HandlePlace,
    pub(super) flags: u8,
    pub(super) socket: Socket,
    pub(super) role: u16,
}

/// The socket that a descriptor is.
pub(super) fn opened(guest: &mut Guest, fd: u32) -> Option<Open> {
    let (region, handles) = (guest.strings.region.bytes(), &guest.desk.handles);
    let place = handles.find(region, HandleKind::SockOpen, fd)?;
    let Hold { index, role, .. } = handles.hold(region, place);
    Some(Open { place, flags: handles.tag(region, place), socket: Socket(index), role })
}

/// What a failure of the platform is, which says of two errors what they are here.
fn failure(error: Error, not_found: u16, wrong_state: u16) -> Failure {
    Failure::Errno(match error {
        Error::NotFound => not_found,
        Error::WrongState => wrong_state,
        Error::NoRoom => abi::ERRNO_NFILE,
        Error::Busy => abi::ERRNO_AGAIN,
        Error::InvalidArgument => abi::ERRNO_INVAL,
        Error::OutOfRange => abi::ERRNO_MSGSIZE,
        Error::Unsupported => abi::ERRNO_NOTSUP,
        Error::Io => abi::ERRNO_IO,
    })
}

impl From<Error> for Failure {
    /// What a failure is of which there's nothing more to say.
    fn from(error: Error) -> Self {
        failure(error, abi::ERRNO_IO, abi::ERRNO_INVAL)
    }
}

impl Open {
    /// The same for what may have to wait.
    pub(super) fn failure(&self, error: Error, readiness: u32, not_found: u16, wrong_state: u16) -> Failure {
        match error {
            Error::Busy => Failure::Busy(Busy { socket: self.socket, readiness }),
            other => failure(other, not_found, wrong_state),
        }
    }

    /// From now on the handle holds this.
    fn becomes(&self, guest: &mut Guest, socket: Socket, role: u16) {
        let hold = Hold { index: socket.0, watched: 0, role };
        guest.desk.handles.set(guest.strings.region.bytes(), self.place, hold.to_raw(), 0);
    }
}

/// Asks the permission for an address; port 0, that of none, is covered by a pattern for all.
pub(super) fn permitted(guest: &mut Guest, permit: Permit, address: SocketAddr) -> Result<(), Failure> {
    let (host, port) = (Short::new(format_args!("{}", address.ip())), address.port());
    let action = Argument::Address { host: host.as_str(), port: (port != 0).then_some(port) };
    let allowed = guest.desk.grants.allows(guest.strings.region.bytes(), permit, action);
    if allowed { Ok(()) } else { Err(Failure::Denied(permit, address)) }
}

/// The address of a call that is to go somewhere.
pub(super) fn destination(memory: &mut GuestMemory<'_>, address: u32) -> Result<SocketAddr, Failure> {
    let to = read_address(memory, address)?;
    if to.port() == 0 { Err(Failure::Errno(abi::ERRNO_INVAL)) } else { Ok(to) }
}

/// Makes an attempt; how many bytes it has copied.
pub(super) fn attempt<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    call: Call,
    args: Args,
) -> Result<usize, Failure> {
    let [fd, first, second, out, ..] = args;
    if call == Call::Open {
        return open(platform, guest, memory, (first, second, out));
    }
    let open = opened(guest, fd).ok_or(Failure::Errno(abi::ERRNO_BADF))?;
    match call {
        Call::Bind => bind(platform, guest, memory, &open, first)?,
        Call::Connect => connect(platform, guest, memory, &open, first)?,
        Call::Listen => listen(platform, guest, &open)?,
        Call::Accept => accept(platform, guest, memory, &open, (first, second))?,
        Call::Receive | Call::ReceiveFrom | Call::Read => {
            return receive(platform, memory, &open, &Transfer::of(call, args));
        }
        Call::Send | Call::SendTo | Call::Write => {
            return send(platform, guest, memory, &open, &Transfer::of(call, args));
        }
        Call::Shutdown => shut_down(platform, guest, &open, first)?,
        Call::Local => {
            memory.slice(first, ADDRESS_LEN)?;
            write_address(memory, first, platform.net_local(open.socket)?)?;
        }
        Call::Remote => {
            memory.slice(first, ADDRESS_LEN)?;
            let key = fd.to_le_bytes();
            let remote = guest.desk.notes.get(guest.strings.region.bytes(), &key).and_then(from_bytes);
            write_address(memory, first, remote.ok_or(Failure::Errno(abi::ERRNO_NOTCONN))?)?;
        }
        Call::Stat => stat(memory, &open, first)?,
        Call::SetFlags if first & !abi::FDFLAGS_NONBLOCK != 0 => {
            return Err(Failure::Errno(abi::ERRNO_NOTSUP));
        }
        Call::SetFlags => {
            guest.desk.handles.set_tag(guest.strings.region.bytes(), open.place, first as u8);
        }
        Call::Reuse => {}
        // The broker has done the others.
        Call::Tune | Call::Open | Call::Close | Call::Resolve => {
            return Err(Failure::Errno(abi::ERRNO_NOTSUP));
        }
    }
    Ok(0)
}

fn has_room(guest: &mut Guest) -> Result<(), Failure> {
    let has_room = guest.desk.handles.has_room(guest.strings.region.bytes());
    if has_room { Ok(()) } else { Err(Failure::Errno(abi::ERRNO_MFILE)) }
}

/// Makes a socket a descriptor; it's closed if there is no room for one.
fn descriptor<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    socket: Socket,
    role: u16,
) -> Result<u32, Failure> {
    let fd = keep(platform, guest, socket, (HandleKind::SockOpen, role));
    fd.map_err(|_| Failure::Errno(abi::ERRNO_MFILE))
}

/// Makes a socket; the number of a pool of addresses before these arguments means nothing.
fn open<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    (family, kind, out): (u32, u32, u32),
) -> Result<usize, Failure> {
    memory.slice(out, 4)?;
    if family > 1 {
        return Err(Failure::Errno(abi::ERRNO_AFNOSUPPORT));
    }
    let (kind, role) = match kind {
        _ if kind == u32::from(DATAGRAMS) => (SocketKind::Datagram, DATAGRAM),
        1 => (SocketKind::Stream, FRESH),
        _ => return Err(Failure::Errno(abi::ERRNO_INVAL)),
    };
    has_room(guest)?;
    let socket = platform.net_open(kind, family == 1)?;
    memory.write_u32(out, descriptor(platform, guest, socket, role)?)?;
    Ok(0)
}

fn bind<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    open: &Open,
    address: u32,
) -> Result<(), Failure> {
    let address = read_address(memory, address)?;
    permitted(guest, Permit::NetListen, address)?;
    if !matches!(open.role, FRESH | DATAGRAM) {
        return Err(Failure::Errno(abi::ERRNO_INVAL));
    }
    let bound = platform.net_bind(open.socket, address);
    bound.map_err(|error| failure(error, abi::ERRNO_ADDRNOTAVAIL, abi::ERRNO_ADDRINUSE))?;
    if open.role == FRESH {
        open.becomes(guest, open.socket, BOUND);
    }
    Ok(())
}

fn connect<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    open: &Open,
    address: u32,
) -> Result<(), Failure> {
    let to = destination(memory, address)?;
    let datagrams = open.role == DATAGRAM;
    permitted(guest, if datagrams { Permit::NetUdp } else { Permit::NetConnect }, to)?;
    match open.role {
        STREAM => return Err(Failure::Errno(abi::ERRNO_ISCONN)),
        LISTENER => return Err(Failure::Errno(abi::ERRNO_INVAL)),
        _ => {}
    }
    let connected = platform.net_connect(open.socket, to);
    connected.map_err(|error| open.failure(error, READY_WRITE, abi::ERRNO_CONNREFUSED, abi::ERRNO_INVAL))?;
    open.becomes(guest, open.socket, if datagrams { DATAGRAM } else { STREAM });
    let region = guest.strings.region.bytes();
    let key = guest.desk.handles.number(region, open.place).to_le_bytes();
    // There is room for as many as there are handles.
    guest.desk.notes.set(region, &key, &to_bytes(to));
    Ok(())
}

/// How many connections may wait is the platform's to say.
fn listen<P: Platform>(platform: &P, guest: &mut Guest, open: &Open) -> Result<(), Failure> {
    match open.role {
        LISTENER => return Ok(()),
        BOUND => {}
        DATAGRAM => return Err(Failure::Errno(abi::ERRNO_NOTSUP)),
        _ => return Err(Failure::Errno(abi::ERRNO_INVAL)),
    }
    platform.net_listen(open.socket)?;
    open.becomes(guest, open.socket, LISTENER);
    Ok(())
}

fn accept<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    open: &Open,
    (flags, out): (u32, u32),
) -> Result<(), Failure> {
    memory.slice(out, 4)?;
    if open.role != LISTENER || flags & !abi::FDFLAGS_NONBLOCK != 0 {
        return Err(Failure::Errno(abi::ERRNO_INVAL));
    }
    has_room(guest)?;
    let accepted = platform.net_accept(open.socket);
    let (stream, from) =
        accepted.map_err(|error| open.failure(error, READY_READ, abi::ERRNO_IO, abi::ERRNO_INVAL))?;
    let fd = descriptor(platform, guest, stream, STREAM)?;
    let region = guest.strings.region.bytes();
    guest.desk.notes.set(region, &fd.to_le_bytes(), &to_bytes(from));
    if let Some(place) = guest.desk.handles.find(region, HandleKind::SockOpen, fd) {
        guest.desk.handles.set_tag(region, place, flags as u8);
    }
    memory.write_u32(out, fd)?;
    Ok(())
}

/// Ends a connection both ways; the platform can't end one way of it. The descriptor has a new socket in its place.
fn shut_down<P: Platform>(platform: &P, guest: &mut Guest, open: &Open, how: u32) -> Result<(), Failure> {
    match how {
        1..=3 if open.role != STREAM => return Err(Failure::Errno(abi::ERRNO_NOTCONN)),
        abi::SDFLAGS_BOTH => {}
        1..=2 => return Err(Failure::Errno(abi::ERRNO_NOTSUP)),
        _ => return Err(Failure::Errno(abi::ERRNO_INVAL)),
    }
    let fresh = platform
        .net_local(open.socket)
        .and_then(|local| platform.net_open(SocketKind::Stream, local.is_ipv6()))?;
    open.becomes(guest, fresh, FRESH);
    let region = guest.strings.region.bytes();
    let key = guest.desk.handles.number(region, open.place).to_le_bytes();
    guest.desk.notes.delete(region, &key);
    // It's given up whatever the platform says.
    let _ = platform.net_close(open.socket);
    Ok(())
}

fn stat(memory: &mut GuestMemory<'_>, open: &Open, out: u32) -> Result<(), Failure> {
    let file_type =
        if open.role == DATAGRAM { abi::FILETYPE_SOCKET_DGRAM } else { abi::FILETYPE_SOCKET_STREAM };
    memory.slice(out, abi::FDSTAT_LEN as usize)?.fill(0);
    memory.write(out, &[file_type, 0, open.flags])?;
    memory.write(offset(out, 8)?, &abi::RIGHTS_SOCKET.to_le_bytes())?;
    Ok(())
}
