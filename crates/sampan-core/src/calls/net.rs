// SPDX-License-Identifier: Apache-2.0
//! `sampan:net`: sockets, which belong to the container that made them and are closed with it.
//!
//! An address is checked as a text before anything is done with it, so a permission that names a host is for that
//! name, and what it's looked up to is the platform's word. That answer goes to the container's wait, not to
//! its memory: a container can't be made to connect elsewhere than it may.

use super::check::Answer;
use super::device::code_of;
use super::memory::{CheckedMemory, Input, Output};
use super::table::Code;
use super::{Broker, HandleKind, Handler};
use crate::container::{Guest, Lookup, Then, Wait};
use crate::desk::{HandlePlace, Hold, REMOTE_LEN};
use crate::text::Short;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use sampan_abi::SocketKind;
use sampan_image::Argument;
use sampan_platform::{Error, Platform, Progress, Socket};

/// What kind of socket a handle holds.
pub(super) const STREAM: u16 = 1;
pub(super) const LISTENER: u16 = 2;
pub(super) const DATAGRAM: u16 = 3;
/// Host that stands for any.
const ANY: &str = "*";

/// Host and port of an address whose form was checked.
fn host_and_port(text: &str) -> Result<(&str, Option<u16>), Code> {
    match Argument::parse_address(text) {
        Some(Argument::Address { host, port }) => Ok((host, port)),
        _ => Err(Code::Invalid),
    }
}

/// An address of the device: any, or one of its own.
fn local_address(text: &str) -> Result<SocketAddr, Code> {
    let (host, port) = host_and_port(text)?;
    let host =
        if host == ANY { Ipv4Addr::UNSPECIFIED.into() } else { host.parse().map_err(|_| Code::NotFound)? };
    Ok(SocketAddr::new(host, port.unwrap_or(0)))
}

pub(super) fn to_bytes(address: SocketAddr) -> [u8; REMOTE_LEN] {
    let (family, ip) = match address.ip() {
        IpAddr::V4(ip) => (4, ip.to_ipv6_mapped().octets()),
        IpAddr::V6(ip) => (6, ip.octets()),
    };
    let mut bytes = [family; REMOTE_LEN];
    let places = bytes.iter_mut().skip(1);
    places.zip(ip.iter().chain(&address.port().to_le_bytes())).for_each(|(place, byte)| *place = *byte);
    bytes
}

pub(super) fn from_bytes(bytes: &[u8]) -> Option<SocketAddr> {
    let (&[family], rest) = bytes.split_first_chunk()?;
    let (ip, port) = rest.split_first_chunk::<16>()?;
    let ip = Ipv6Addr::from(*ip);
    let ip = if family == 4 { IpAddr::V4(ip.to_ipv4_mapped()?) } else { IpAddr::V6(ip) };
    Some(SocketAddr::new(ip, u16::from_le_bytes(*port.first_chunk()?)))
}

/// Opens a handle for a socket, which is closed if there is no room for one.
pub(super) fn keep<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    socket: Socket,
    (kind, role): (HandleKind, u16),
) -> Result<u32, Code> {
    let hold = Hold { index: socket.0, watched: 0, role };
    let handle = guest.desk.handles.open(guest.strings.region.bytes(), kind, hold.to_raw(), 0);
    handle.ok_or_else(|| {
        let _ = platform.net_close(socket);
        Code::Full
    })
}

/// Makes a socket and begins to connect it.
fn connect<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    kind: SocketKind,
    to: SocketAddr,
) -> Result<u64, Code> {
    let socket = platform.net_open(kind, to.is_ipv6()).map_err(code_of)?;
    let under_way = match platform.net_connect(socket, to) {
        Ok(()) => false,
        Err(Error::Busy) => true,
        Err(error) => {
            let _ = platform.net_close(socket);
            return Err(code_of(error));
        }
    };
    let role = if kind == SocketKind::Stream { STREAM } else { DATAGRAM };
    let handle = keep(platform, guest, socket, (HandleKind::NetConnect, role))?;
    if under_way {
        // There is room for as many as there are handles.
        guest.desk.notes.set(guest.strings.region.bytes(), &handle.to_le_bytes(), &to_bytes(to));
    }
    Ok(u64::from(handle))
}

/// What a call answers that waited for a name to be looked up.
pub(crate) fn found<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut CheckedMemory<'_>,
    (then, ip): (Then, IpAddr),
) -> Result<u64, Code> {
    match then {
        Then::Tell(out) => put_text(memory, out, format_args!("{ip}")),
        Then::Connect(kind, port) => connect(platform, guest, kind, SocketAddr::new(ip, port)),
        #[cfg(feature = "wasi-sockets")]
        Then::Inform(info) => Ok(u64::from(super::tell_found(memory.guest(), info, ip))),
    }
}

/// Writes a text whole; its length.
fn put_text(memory: &mut CheckedMemory<'_>, out: Output, text: fmt::Arguments<'_>) -> Result<u64, Code> {
    let text = Short::new(text);
    let bytes = text.as_bytes();
    if bytes.len() > out.len() {
        return Err(Code::TooSmall);
    }
    memory.write(out, bytes);
    Ok(bytes.len() as u64)
}

/// Writes from where something came, and how long it is.
fn put_peer(
    memory: &mut CheckedMemory<'_>,
    (address, peer): (Output, Output),
    from: SocketAddr,
    payload_len: usize,
) {
    let text = Short::new(format_args!("{from}"));
    memory.write(address, text.as_bytes());
    memory.write_words(peer, &[text.as_bytes().len() as u32, payload_len as u32]);
}

/// The code for a failure to take something.
const fn nothing_yet(error: Error) -> Code {
    match error {
        Error::Busy => Code::Empty,
        other => code_of(other),
    }
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    fn socket(&mut self, place: HandlePlace) -> (Socket, u16) {
        let hold = self.guest.desk.handles.hold(self.guest.strings.region.bytes(), place);
        (Socket(hold.index), hold.role)
    }

    /// The socket of a handle, if it's of that kind.
    fn socket_of(&mut self, place: HandlePlace, role: u16) -> Result<Socket, Code> {
        let (socket, own) = self.socket(place);
        if own == role { Ok(socket) } else { Err(Code::BadHandle) }
    }

    fn has_room(&mut self) -> Result<(), Code> {
        let room = self.guest.desk.handles.has_room(self.guest.strings.region.bytes());
        room.then_some(()).ok_or(Code::Full)
    }

    /// Looks a host up and goes on with its address.
    pub(super) fn look_up(&mut self, host: &str, then: Then) -> Result<IpAddr, Answer> {
        if let Ok(ip) = host.parse() {
            return Ok(ip);
        }
        let operation = self.operation(0, 0);
        match self.platform.net_resolve(host, operation) {
            Ok(Progress::Done(ip)) => Ok(ip),
            Ok(Progress::Pending) => {
                let number = operation.token as u32;
                self.guest.wait = Wait::Lookup(Lookup { number, address: [0; 16], then });
                Err(Answer::Parked)
            }
            Err(error) => Err(Answer::Failed(code_of(error))),
        }
    }

    fn connect_to(&mut self, memory: &CheckedMemory<'_>, kind: SocketKind, address: Input) -> Answer {
        let (host, port) = match host_and_port(memory.text(address)) {
            Ok((host, Some(port))) if host != ANY => (host, port),
            _ => return Answer::Failed(Code::Invalid),
        };
        if let Err(code) = self.has_room() {
            return Answer::Failed(code);
        }
        match self.look_up(host, Then::Connect(kind, port)) {
            Ok(ip) => connect(self.platform, self.guest, kind, SocketAddr::new(ip, port)).into(),
            Err(answer) => answer,
        }
    }

    /// Makes a socket with a local address, which takes connections if it's of streams.
    fn bind(&mut self, memory: &CheckedMemory<'_>, kind: SocketKind, address: Input) -> Result<u64, Code> {
        let address = local_address(memory.text(address))?;
        self.has_room()?;
        let socket = self.platform.net_open(kind, address.is_ipv6()).map_err(code_of)?;
        let bound = self.platform.net_bind(socket, address);
        let (role, ready) = match kind {
            SocketKind::Stream => (LISTENER, bound.and_then(|()| self.platform.net_listen(socket))),
            SocketKind::Datagram => (DATAGRAM, bound),
        };
        if let Err(error) = ready {
            let _ = self.platform.net_close(socket);
            return Err(code_of(error));
        }
        keep(self.platform, self.guest, socket, (HandleKind::NetConnect, role)).map(u64::from)
    }

    pub(super) fn net_connect(&mut self, memory: &mut CheckedMemory<'_>, address: Input) -> Answer {
        self.connect_to(memory, SocketKind::Stream, address)
    }

    pub(super) fn net_connect_udp(&mut self, memory: &mut CheckedMemory<'_>, address: Input) -> Answer {
        self.connect_to(memory, SocketKind::Datagram, address)
    }

    pub(super) fn net_listen(&mut self, memory: &mut CheckedMemory<'_>, address: Input) -> Answer {
        self.bind(memory, SocketKind::Stream, address).into()
    }

    pub(super) fn net_bind_udp(&mut self, memory: &mut CheckedMemory<'_>, address: Input) -> Answer {
        self.bind(memory, SocketKind::Datagram, address).into()
    }

    pub(super) fn net_connected(&mut self, socket: HandlePlace) -> Answer {
        let region = self.guest.strings.region.bytes();
        let key = self.guest.desk.handles.number(region, socket).to_le_bytes();
        let Some(to) = self.guest.desk.notes.get(region, &key).and_then(from_bytes) else {
            let (_, role) = self.socket(socket);
            return Answer::from(if role == LISTENER { Err(Code::WrongState) } else { Ok(0) });
        };
        let (number, _) = self.socket(socket);
        let connected = self.platform.net_connect(number, to);
        if connected.is_ok() {
            self.guest.desk.notes.delete(self.guest.strings.region.bytes(), &key);
        }
        connected.map(|()| 0).map_err(code_of).into()
    }

    pub(super) fn net_accept(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        socket: HandlePlace,
        address: Output,
        peer: Output,
    ) -> Answer {
        let accepted = self.socket_of(socket, LISTENER).and_then(|socket| {
            self.has_room()?;
            let (stream, from) = self.platform.net_accept(socket).map_err(nothing_yet)?;
            Ok((keep(self.platform, self.guest, stream, (HandleKind::NetConnect, STREAM))?, from))
        });
        accepted
            .map(|(handle, from)| {
                put_peer(memory, (address, peer), from, 0);
                u64::from(handle)
            })
            .into()
    }

    pub(super) fn net_send(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        socket: HandlePlace,
        bytes: Input,
    ) -> Answer {
        let (socket, _) = self.socket(socket);
        self.send(memory, socket, bytes, None)
    }

    pub(super) fn net_send_to(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        socket: HandlePlace,
        address: Input,
        bytes: Input,
    ) -> Answer {
        let to = host_and_port(memory.text(address)).and_then(|(host, port)| {
            let ip: IpAddr = host.parse().map_err(|_| Code::NotFound)?;
            Ok(SocketAddr::new(ip, port.ok_or(Code::Invalid)?))
        });
        match self.socket_of(socket, DATAGRAM).and_then(|socket| Ok((socket, to?))) {
            Ok((socket, to)) => self.send(memory, socket, bytes, Some(to)),
            Err(code) => Answer::Failed(code),
        }
    }

    fn send(
        &mut self,
        memory: &CheckedMemory<'_>,
        socket: Socket,
        bytes: Input,
        to: Option<SocketAddr>,
    ) -> Answer {
        let bytes = memory.input(bytes);
        self.charge_copy(bytes.len());
        self.platform.net_send(socket, bytes, to).map(|sent| sent as u64).map_err(code_of).into()
    }

    pub(super) fn net_receive(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        socket: HandlePlace,
        buffer: Output,
    ) -> Answer {
        let (socket, _) = self.socket(socket);
        self.charge_copy(buffer.len());
        let received = self.platform.net_receive(socket, memory.output(buffer));
        received.map(|(len, _)| len as u64).map_err(nothing_yet).into()
    }

    pub(super) fn net_receive_from(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        socket: HandlePlace,
        buffer: Output,
        address: Output,
        peer: Output,
    ) -> Answer {
        let (socket, _) = self.socket(socket);
        self.charge_copy(buffer.len());
        match self.platform.net_receive(socket, memory.output(buffer)) {
            Ok((len, from)) => {
                put_peer(memory, (address, peer), from, len);
                Answer::Done(len as u64)
            }
            Err(error) => Answer::Failed(nothing_yet(error)),
        }
    }

    pub(super) fn net_watch(&mut self, socket: HandlePlace, readiness: u32) -> Answer {
        if readiness & !3 != 0 {
            return Answer::Failed(Code::Invalid);
        }
        let (number, _) = self.socket(socket);
        let watched = self.platform.net_watch(number, readiness);
        if watched.is_ok() {
            self.guest.desk.handles.watch(self.guest.strings.region.bytes(), socket, readiness as u16);
        }
        watched.map(|()| 0).map_err(code_of).into()
    }

    pub(super) fn net_local(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        socket: HandlePlace,
        out: Output,
    ) -> Answer {
        let (socket, _) = self.socket(socket);
        let local = self.platform.net_local(socket).map_err(code_of);
        local.and_then(|address| put_text(memory, out, format_args!("{address}"))).into()
    }

    pub(super) fn net_close(&mut self, socket: HandlePlace) -> Answer {
        self.close_device(HandleKind::NetConnect, socket)
    }

    pub(super) fn net_resolve(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        name: Input,
        address: Output,
    ) -> Answer {
        let looked_up = self.look_up(memory.text(name), Then::Tell(address));
        match looked_up {
            Ok(ip) => put_text(memory, address, format_args!("{ip}")).into(),
            Err(answer) => answer,
        }
    }
}
