// SPDX-License-Identifier: Apache-2.0
//! Sockets of a simulation: they reach one another in memory, on one machine without an outside.

use crate::platform::SimPlatform;
use sampan_abi::{READY_READ, READY_WRITE, SocketKind};
use sampan_platform::{Error, Net, Operation, Progress, Socket};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Bytes that a stream holds on their way.
const STREAM_ROOM: usize = 4096;
/// Datagrams that wait at a socket; more are lost.
const DATAGRAMS: usize = 16;
/// Bytes of a datagram at most.
const DATAGRAM_MAX: usize = 1472;
/// Connections that wait to be taken.
const BACKLOG: usize = 4;
/// Sockets at a time.
const SOCKETS: usize = 64;
/// The first of the ports that are given to who asks for any.
const FIRST_FREE_PORT: u16 = 49152;

#[derive(Debug)]
struct Endpoint {
    kind: SocketKind,
    local: Option<SocketAddr>,
    /// Where it's connected.
    remote: Option<SocketAddr>,
    /// The other end of its stream; `None` once that was closed.
    peer: Option<u32>,
    /// Connections that wait, of a socket that listens.
    waiting: Option<VecDeque<u32>>,
    /// What has come of a stream.
    bytes: VecDeque<u8>,
    /// What has come of datagrams.
    datagrams: VecDeque<(SocketAddr, Vec<u8>)>,
    ipv6: bool,
    watched: u32,
}

/// All sockets.
#[derive(Debug, Default)]
pub(crate) struct SimNet {
    sockets: BTreeMap<u32, Endpoint>,
    next_number: u32,
    next_port: u16,
}

impl SimNet {
    fn get(&mut self, socket: Socket) -> Result<&mut Endpoint, Error> {
        self.sockets.get_mut(&socket.0).ok_or(Error::InvalidArgument)
    }

    fn open(&mut self, kind: SocketKind, ipv6: bool) -> Result<Socket, Error> {
        if self.sockets.len() >= SOCKETS {
            return Err(Error::NoRoom);
        }
        let number = self.next_number;
        self.next_number = self.next_number.wrapping_add(1);
        let endpoint = Endpoint {
            kind,
            local: None,
            remote: None,
            peer: None,
            waiting: None,
            bytes: VecDeque::new(),
            datagrams: VecDeque::new(),
            ipv6,
            watched: 0,
        };
        self.sockets.insert(number, endpoint);
        Ok(Socket(number))
    }

    /// The socket that has this address.
    fn at(&self, kind: SocketKind, address: SocketAddr) -> Option<u32> {
        let is_it = |socket: &Endpoint| {
            socket.kind == kind
                && socket.peer.is_none()
                && socket.local.is_some_and(|local| {
                    local.port() == address.port()
                        && (local.ip() == address.ip() || local.ip().is_unspecified())
                })
        };
        self.sockets.iter().find(|(_, socket)| is_it(socket)).map(|(number, _)| *number)
    }

    fn bind(&mut self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        let SimNet { next_port, .. } = *self;
        let endpoint = self.get(socket)?;
        let kind = endpoint.kind;
        if endpoint.local.is_some() {
            return Err(Error::WrongState);
        }
        if endpoint.ipv6 != address.is_ipv6()
            || !(address.ip().is_loopback() || address.ip().is_unspecified())
        {
            return Err(Error::NotFound);
        }
        let free = |port: u16| SocketAddr::new(address.ip(), FIRST_FREE_PORT | port);
        let chosen = if address.port() == 0 {
            let mut ports = (0..u16::MAX - FIRST_FREE_PORT).map(|more| free(next_port.wrapping_add(more)));
            ports.find(|address| self.at(kind, *address).is_none()).ok_or(Error::NoRoom)?
        } else {
            address
        };
        if self.at(kind, chosen).is_some() {
            return Err(Error::WrongState);
        }
        self.next_port = next_port.wrapping_add(1);
        self.get(socket)?.local = Some(chosen);
        Ok(())
    }

    /// Gives a socket an address of this machine, unless it has one.
    fn bind_any(&mut self, socket: Socket) -> Result<SocketAddr, Error> {
        let endpoint = self.get(socket)?;
        if endpoint.local.is_none() {
            let loopback: IpAddr =
                if endpoint.ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
            self.bind(socket, SocketAddr::new(loopback, 0))?;
        }
        self.get(socket)?.local.ok_or(Error::Io)
    }

    fn connect(&mut self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        let endpoint = self.get(socket)?;
        if endpoint.waiting.is_some() {
            return Err(Error::WrongState);
        }
        if endpoint.kind == SocketKind::Datagram {
            endpoint.remote = Some(address);
            return Ok(());
        }
        if let Some(remote) = endpoint.remote {
            return if remote == address { Ok(()) } else { Err(Error::WrongState) };
        }
        let listener = self.at(SocketKind::Stream, address).ok_or(Error::NotFound)?;
        let local = self.bind_any(socket)?;
        let is_ipv6 = address.is_ipv6();
        let waiting = self.get(Socket(listener))?.waiting.as_ref().map(VecDeque::len);
        if waiting.ok_or(Error::NotFound)? >= BACKLOG {
            return Err(Error::Busy);
        }
        let accepted = self.open(SocketKind::Stream, is_ipv6)?;
        let other = self.get(accepted)?;
        (other.local, other.remote, other.peer) = (Some(address), Some(local), Some(socket.0));
        let endpoint = self.get(socket)?;
        (endpoint.remote, endpoint.peer) = (Some(address), Some(accepted.0));
        if let Some(waiting) = &mut self.get(Socket(listener))?.waiting {
            waiting.push_back(accepted.0);
        }
        Ok(())
    }

    fn send(&mut self, socket: Socket, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error> {
        let endpoint = self.get(socket)?;
        if endpoint.kind == SocketKind::Stream {
            let peer = endpoint.peer.ok_or(Error::WrongState)?;
            let other = self.sockets.get_mut(&peer).ok_or(Error::WrongState)?;
            let count = bytes.len().min(STREAM_ROOM - other.bytes.len());
            other.bytes.extend(&bytes[..count]);
            return if count == 0 && !bytes.is_empty() { Err(Error::Busy) } else { Ok(count) };
        }
        let to = to.or(endpoint.remote).ok_or(Error::WrongState)?;
        if bytes.len() > DATAGRAM_MAX {
            return Err(Error::OutOfRange);
        }
        let from = self.bind_any(socket)?;
        // As on a real net, one that nobody takes is lost.
        if let Some(other) =
            self.at(SocketKind::Datagram, to).and_then(|number| self.sockets.get_mut(&number))
            && other.datagrams.len() < DATAGRAMS
        {
            other.datagrams.push_back((from, bytes.to_vec()));
        }
        Ok(bytes.len())
    }

    fn receive(&mut self, socket: Socket, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let endpoint = self.get(socket)?;
        if endpoint.kind == SocketKind::Datagram {
            let (from, bytes) = endpoint.datagrams.pop_front().ok_or(Error::Busy)?;
            buffer.iter_mut().zip(&bytes).for_each(|(place, byte)| *place = *byte);
            return Ok((bytes.len().min(buffer.len()), from));
        }
        let remote = endpoint.remote.ok_or(Error::WrongState)?;
        if endpoint.bytes.is_empty() && endpoint.peer.is_some() {
            return Err(Error::Busy);
        }
        let count = buffer.len().min(endpoint.bytes.len());
        buffer.iter_mut().zip(endpoint.bytes.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok((count, remote))
    }

    fn close(&mut self, socket: Socket) -> Result<(), Error> {
        let endpoint = self.sockets.remove(&socket.0).ok_or(Error::InvalidArgument)?;
        if let Some(other) = endpoint.peer.and_then(|peer| self.sockets.get_mut(&peer)) {
            other.peer = None;
        }
        for accepted in endpoint.waiting.into_iter().flatten() {
            self.close(Socket(accepted))?;
        }
        Ok(())
    }

    fn ready(&self, socket: &Endpoint) -> u32 {
        let readable = !socket.bytes.is_empty()
            || !socket.datagrams.is_empty()
            || socket.waiting.as_ref().is_some_and(|waiting| !waiting.is_empty())
            || (socket.kind == SocketKind::Stream && socket.remote.is_some() && socket.peer.is_none());
        let room = socket.peer.and_then(|peer| self.sockets.get(&peer));
        let writable = socket.kind == SocketKind::Datagram
            || room.is_some_and(|other| other.bytes.len() < STREAM_ROOM)
            || (socket.remote.is_some() && socket.peer.is_none());
        let ready = if readable { READY_READ } else { 0 } | if writable { READY_WRITE } else { 0 };
        ready & socket.watched
    }

    /// Whether there is something to tell.
    pub(crate) fn has_news(&self) -> bool {
        self.sockets.values().any(|socket| self.ready(socket) != 0)
    }

    /// What is to be told next, and no more after that.
    pub(crate) fn next(&mut self) -> Option<(u32, u32)> {
        let (number, ready) = self.sockets.iter().find_map(|(number, socket)| {
            let ready = self.ready(socket);
            (ready != 0).then_some((*number, ready))
        })?;
        self.sockets.get_mut(&number)?.watched &= !ready;
        Some((number, ready))
    }
}

impl Net for SimPlatform {
    fn net_open(&self, kind: SocketKind, ipv6: bool) -> Result<Socket, Error> {
        self.devices.net()?.open(kind, ipv6)
    }

    fn net_bind(&self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        self.devices.net()?.bind(socket, address)
    }

    fn net_local(&self, socket: Socket) -> Result<SocketAddr, Error> {
        self.devices.net()?.bind_any(socket)
    }

    fn net_listen(&self, socket: Socket) -> Result<(), Error> {
        let mut net = self.devices.net()?;
        let endpoint = net.get(socket)?;
        match (endpoint.kind, endpoint.local, endpoint.remote) {
            (SocketKind::Datagram, ..) => Err(Error::Unsupported),
            (SocketKind::Stream, Some(_), None) => {
                endpoint.waiting.get_or_insert_default();
                Ok(())
            }
            (SocketKind::Stream, ..) => Err(Error::WrongState),
        }
    }

    fn net_accept(&self, socket: Socket) -> Result<(Socket, SocketAddr), Error> {
        let mut net = self.devices.net()?;
        let waiting = net.get(socket)?.waiting.as_mut().ok_or(Error::WrongState)?;
        let accepted = Socket(waiting.pop_front().ok_or(Error::Busy)?);
        let from = net.get(accepted)?.remote.ok_or(Error::Io)?;
        Ok((accepted, from))
    }

    fn net_connect(&self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        self.devices.net()?.connect(socket, address)
    }

    fn net_send(&self, socket: Socket, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error> {
        self.devices.net()?.send(socket, bytes, to)
    }

    fn net_receive(&self, socket: Socket, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        self.devices.net()?.receive(socket, buffer)
    }

    fn net_watch(&self, socket: Socket, readiness: u32) -> Result<(), Error> {
        self.devices.net()?.get(socket)?.watched = readiness;
        Ok(())
    }

    fn net_close(&self, socket: Socket) -> Result<(), Error> {
        self.devices.net()?.close(socket)
    }

    fn net_resolve(&self, name: &str, _operation: Operation) -> Result<Progress<IpAddr>, Error> {
        let _net = self.devices.net()?;
        let address = if name == "localhost" { Some(Ipv4Addr::LOCALHOST.into()) } else { name.parse().ok() };
        address.map(Progress::Done).ok_or(Error::NotFound)
    }
}
