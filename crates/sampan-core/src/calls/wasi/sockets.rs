// SPDX-License-Identifier: Apache-2.0
//! Sockets of WASI, as WAMR has them: what preview 1 has of them, and the functions that `lib-socket` adds to it.
//!
//! A thin layer on what `sampan:net` uses: the same sockets of the platform, the same permissions, of which each address and each
//! name is asked, and handles, bounded with the others and gone with the container's run. A call that finds nothing to take, or no
//! room, parks the container until the platform says that the socket is ready, and is then made again from the
//! beginning; on a socket that was told not to block it answers `AGAIN`.
//!
//! What is done with one socket is in [`attempt()`]; this has what needs the broker, and the table.

mod address;
mod attempt;
mod transfer;

use super::Function::{self, FdClose, FdFdstatGet, FdRead, FdWrite, Socket};
use super::{Answer, Entry, GuestMemory, abi, offset};
use crate::calls::check::Answer as NetAnswer;
use crate::calls::{Broker, Code, HandleKind, Handler, Permit};
use crate::container::{Guest, Then, Wait};
use crate::text::Short;
use address::write_address;
use attempt::{Busy, Failure, NONBLOCK, attempt, opened};
use core::net::{IpAddr, SocketAddr};
use sampan_abi::Status;
use sampan_engine::HostReply;
use sampan_image::Argument;
use sampan_platform::Platform;

/// Most bytes of a host's name, as of `sampan:net`.
const MAX_HOST: u32 = 127;
/// Bytes of hints, and of what is found.
const HINTS_LEN: usize = 12;
const INFO_LEN: u32 = 28;
/// In hints: any family.
const UNSPECIFIED: u8 = 2;
/// A socket's type: datagrams. 1 is a stream.
const DATAGRAMS: u8 = 0;

/// What is done with sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Open,
    Bind,
    Connect,
    Listen,
    Accept,
    Receive,
    ReceiveFrom,
    Send,
    SendTo,
    Shutdown,
    Close,
    Local,
    Remote,
    Resolve,
    /// Whether an address may be had again at once. The platform's stack decides that.
    Reuse,
    /// Any other option: there is none.
    Tune,
    Read,
    Write,
    Stat,
    SetFlags,
}

/// Every function of sockets. These are found before those of the same name that do nothing.
pub(super) const FUNCTIONS: [Entry; 53] = {
    const fn tune(name: &'static str) -> Entry {
        (name, b"(ii)i", Socket(Call::Tune))
    }
    const fn tune_by(name: &'static str, signature: &'static [u8]) -> Entry {
        (name, signature, Socket(Call::Tune))
    }
    [
        ("sock_open", b"(iiii)i", Socket(Call::Open)),
        ("sock_bind", b"(ii)i", Socket(Call::Bind)),
        ("sock_connect", b"(ii)i", Socket(Call::Connect)),
        ("sock_listen", b"(ii)i", Socket(Call::Listen)),
        ("sock_accept", b"(iii)i", Socket(Call::Accept)),
        ("sock_recv", b"(iiiiii)i", Socket(Call::Receive)),
        ("sock_recv_from", b"(iiiiii)i", Socket(Call::ReceiveFrom)),
        ("sock_send", b"(iiiii)i", Socket(Call::Send)),
        ("sock_send_to", b"(iiiiii)i", Socket(Call::SendTo)),
        ("sock_shutdown", b"(ii)i", Socket(Call::Shutdown)),
        ("sock_close", b"(i)i", Socket(Call::Close)),
        ("sock_addr_local", b"(ii)i", Socket(Call::Local)),
        ("sock_addr_remote", b"(ii)i", Socket(Call::Remote)),
        ("sock_addr_resolve", b"(iiiiii)i", Socket(Call::Resolve)),
        ("fd_fdstat_set_flags", b"(ii)i", Socket(Call::SetFlags)),
        ("sock_set_reuse_addr", b"(ii)i", Socket(Call::Reuse)),
        tune("sock_get_broadcast"),
        tune("sock_get_ip_multicast_ttl"),
        tune("sock_get_ip_ttl"),
        tune("sock_get_ipv6_only"),
        tune("sock_get_keep_alive"),
        tune("sock_get_recv_buf_size"),
        tune("sock_get_recv_timeout"),
        tune("sock_get_reuse_addr"),
        tune("sock_get_reuse_port"),
        tune("sock_get_send_buf_size"),
        tune("sock_get_send_timeout"),
        tune("sock_get_tcp_fastopen_connect"),
        tune("sock_get_tcp_keep_idle"),
        tune("sock_get_tcp_keep_intvl"),
        tune("sock_get_tcp_no_delay"),
        tune("sock_get_tcp_quick_ack"),
        tune("sock_set_broadcast"),
        tune("sock_set_ip_multicast_ttl"),
        tune("sock_set_ip_ttl"),
        tune("sock_set_ipv6_only"),
        tune("sock_set_keep_alive"),
        tune("sock_set_recv_buf_size"),
        tune("sock_set_reuse_port"),
        tune("sock_set_send_buf_size"),
        tune("sock_set_tcp_fastopen_connect"),
        tune("sock_set_tcp_keep_idle"),
        tune("sock_set_tcp_keep_intvl"),
        tune("sock_set_tcp_no_delay"),
        tune("sock_set_tcp_quick_ack"),
        tune_by("sock_get_ip_multicast_loop", b"(iii)i"),
        tune_by("sock_get_linger", b"(iii)i"),
        tune_by("sock_set_ip_add_membership", b"(iii)i"),
        tune_by("sock_set_ip_drop_membership", b"(iii)i"),
        tune_by("sock_set_ip_multicast_loop", b"(iii)i"),
        tune_by("sock_set_linger", b"(iii)i"),
        tune_by("sock_set_recv_timeout", b"(iI)i"),
        tune_by("sock_set_send_timeout", b"(iI)i"),
    ]
};

/// A call's arguments: none but those of options that aren't there has one of 64 bits.
type Args = [u32; 6];

/// A call that waits for its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SocketWait {
    /// The platform's number.
    pub(crate) socket: u32,
    /// Whether it's time to make the call again.
    pub(crate) ready: bool,
    call: Call,
    args: Args,
}

/// Where what a name stands for is to be put, and of what kind it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Info {
    out: u32,
    out_count: u32,
    port: u16,
    kind: u8,
    family: u8,
    /// Whether there is room for one.
    has_room: bool,
}

/// What is done with a descriptor that is a socket.
const fn of_descriptor(function: Function) -> Option<Call> {
    match function {
        Socket(call) => Some(call),
        FdClose => Some(Call::Close),
        FdFdstatGet => Some(Call::Stat),
        FdRead => Some(Call::Read),
        FdWrite => Some(Call::Write),
        _ => None,
    }
}

/// The error number for what a look-up answers.
pub(crate) const fn errno_of(code: Code) -> u16 {
    match code {
        Code::NotFound => abi::ERRNO_NOENT,
        Code::Busy => abi::ERRNO_AGAIN,
        Code::Full => abi::ERRNO_NFILE,
        Code::Invalid => abi::ERRNO_INVAL,
        Code::Unsupported => abi::ERRNO_NOTSUP,
        _ => abi::ERRNO_IO,
    }
}

/// A text that ends with a NUL after at most [`MAX_HOST`] bytes. Address 0 is C's for none.
fn text<'m>(memory: &'m mut GuestMemory<'_>, address: u32) -> Result<&'m str, Failure> {
    let mut len = 0;
    while memory.read::<1>(offset(address, len)?)? != [0] {
        len += 1;
        if len > MAX_HOST {
            return Err(Failure::Errno(abi::ERRNO_INVAL));
        }
    }
    let text = core::str::from_utf8(memory.slice(address, len as usize)?);
    text.ok().filter(|_| address != 0).ok_or(Failure::Errno(abi::ERRNO_INVAL))
}

/// Writes what was found; the error number.
pub(crate) fn tell_found(memory: &mut GuestMemory<'_>, info: Info, ip: IpAddr) -> u16 {
    let fits = info.family == UNSPECIFIED || (info.family != 0) == ip.is_ipv6();
    let mut tell = || -> Result<(), Status> {
        if fits && info.has_room {
            write_address(memory, info.out, SocketAddr::new(ip, info.port))?;
            memory.write_u32(offset(info.out, INFO_LEN - 4)?, u32::from(info.kind))?;
        }
        memory.write_u32(info.out_count, u32::from(fits))
    };
    tell().map_or(abi::ERRNO_FAULT, |()| abi::ERRNO_SUCCESS)
}

/// Makes a call again whose socket is ready; its error number, or `None` if it still waits.
pub(crate) fn finish_socket<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    wait: SocketWait,
) -> Option<u16> {
    match attempt(platform, guest, memory, wait.call, wait.args) {
        Ok(_) => Some(abi::ERRNO_SUCCESS),
        Err(Failure::Errno(errno)) => Some(errno),
        Err(Failure::Denied(..)) => Some(abi::ERRNO_NOTCAPABLE),
        Err(Failure::Busy(Busy { socket, readiness })) => {
            if platform.net_watch(socket, readiness).is_err() {
                return Some(abi::ERRNO_AGAIN);
            }
            guest.wait = Wait::Socket(SocketWait { ready: false, ..wait });
            None
        }
    }
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// What refuses a call that is about sockets before it begins.
    pub(super) fn admit_socket(&mut self, name: &str, call: Call) -> Option<Answer> {
        let needs = match call {
            // It's for all descriptors.
            Call::SetFlags => return self.throttle_wasi(),
            Call::Resolve => Permit::NetDns,
            Call::Bind | Call::Listen | Call::Accept => Permit::NetListen,
            Call::SendTo => Permit::NetUdp,
            _ => Permit::NetConnect,
        };
        // What may be done with one was asked when it got its addresses.
        let any = [Permit::NetConnect, Permit::NetListen, Permit::NetUdp];
        let desk = &self.guest.desk;
        if desk.has(needs) || needs != Permit::NetDns && any.into_iter().any(|permit| desk.has(permit)) {
            return self.throttle_wasi();
        }
        Some(self.refuse(name, needs, ""))
    }

    fn refuse(&mut self, name: &str, permit: Permit, argument: &str) -> Answer {
        let reply = self.deny(permit, abi::MODULE, name, || argument);
        reply.map_or(Answer::Errno(abi::ERRNO_NOTCAPABLE), Answer::Reply)
    }

    /// Answers a call that is about a socket; `None` if it's about something else.
    pub(super) fn sockets(
        &mut self,
        (name, function): (&str, Function),
        values: &[u64],
        memory: &mut GuestMemory<'_>,
    ) -> Option<Answer> {
        let call = of_descriptor(function)?;
        let args: Args = core::array::from_fn(|idx| values.get(idx).copied().unwrap_or(0) as u32);
        let [fd, ..] = args;
        let place = opened(self.guest, fd).map(|open| open.place);
        match (call, place) {
            (Call::Resolve, _) => {
                return Some(self.resolve(name, args, memory).unwrap_or_else(|failure| match failure {
                    Failure::Errno(errno) => Answer::Errno(errno),
                    _ => Answer::Errno(abi::ERRNO_IO),
                }));
            }
            (Call::Close, Some(place)) => {
                self.close_device(HandleKind::SockOpen, place);
                return Some(Answer::Errno(abi::ERRNO_SUCCESS));
            }
            (Call::SetFlags, None) => return Some(Answer::Errno(abi::ERRNO_NOSYS)),
            (Call::Open, _) | (_, Some(_)) => {}
            (_, None) if matches!(function, Socket(_)) => return Some(Answer::Errno(abi::ERRNO_BADF)),
            (_, None) => return None,
        }
        Some(match attempt(self.platform, self.guest, memory, call, args) {
            Ok(copied) => {
                self.charge_copy(copied);
                Answer::Errno(abi::ERRNO_SUCCESS)
            }
            Err(Failure::Errno(errno)) => Answer::Errno(errno),
            Err(Failure::Denied(permit, address)) => {
                let text = Short::new(format_args!("{address}"));
                self.refuse(name, permit, text.as_str())
            }
            Err(Failure::Busy(busy)) => self.wait_for(busy, call, args),
        })
    }

    /// Parks the container until its socket is ready, if it is to wait for that.
    fn wait_for(&mut self, Busy { socket, readiness }: Busy, call: Call, args: Args) -> Answer {
        let [fd, ..] = args;
        if opened(self.guest, fd).is_none_or(|open| open.flags & NONBLOCK != 0) {
            let under_way = call == Call::Connect;
            return Answer::Errno(if under_way { abi::ERRNO_INPROGRESS } else { abi::ERRNO_AGAIN });
        }
        if self.guest.stop_requested {
            return Answer::Errno(abi::ERRNO_INTR);
        }
        if self.platform.net_watch(socket, readiness).is_err() {
            return Answer::Errno(abi::ERRNO_AGAIN);
        }
        self.guest.wait = Wait::Socket(SocketWait { socket: socket.0, ready: false, call, args });
        Answer::Reply(HostReply::Park)
    }

    /// Looks a name up, which answers one address at most.
    fn resolve(&mut self, name: &str, args: Args, memory: &mut GuestMemory<'_>) -> Result<Answer, Failure> {
        let [host, service, hints, out, room, out_count] = args;
        memory.slice(out, room.saturating_mul(INFO_LEN) as usize)?;
        memory.slice(out_count, 4)?;
        let hints: [u8; HINTS_LEN] = memory.read(hints)?;
        let [kind, _, _, _, family, _, _, _, enabled, ..] = hints;
        let service = text(memory, service)?;
        let port: Option<u16> = if service.is_empty() { Some(0) } else { service.parse().ok() };
        let port = port.ok_or(Failure::Errno(abi::ERRNO_NOENT))?;
        let datagrams = enabled != 0 && kind == DATAGRAMS;
        let info = Info {
            out,
            out_count,
            port,
            kind: u8::from(!datagrams),
            family: if enabled != 0 { family.min(UNSPECIFIED) } else { UNSPECIFIED },
            has_room: room != 0,
        };
        let host = text(memory, host)?;
        let region = self.guest.strings.region.bytes();
        if !self.guest.desk.grants.allows(region, Permit::NetDns, Argument::Name(host)) {
            return Ok(self.refuse(name, Permit::NetDns, host));
        }
        Ok(match self.look_up(host, Then::Inform(info)) {
            Ok(ip) => Answer::Errno(tell_found(memory, info, ip)),
            Err(NetAnswer::Failed(code)) => Answer::Errno(errno_of(code)),
            Err(_) => Answer::Reply(HostReply::Park),
        })
    }
}
