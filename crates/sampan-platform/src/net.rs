// SPDX-License-Identifier: Apache-2.0
//! Sockets.
//!
//! None of these waits: where there is nothing to take, or no room, the answer is [`Error::Busy`], and an event of kind
//! [`Net`](sampan_abi::DeviceKind::Net) tells when to ask again, once [`net_watch`](Net::net_watch) has said
//! what for.

use crate::device::unsupported;
use crate::{Error, Operation, Progress};
use core::net::{IpAddr, SocketAddr};
use sampan_abi::SocketKind;

/// Number of a socket. It names one from open to close; then it may name another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket(pub u32);

/// Sockets. All in thread context; none blocks.
pub trait Net {
    /// Makes a socket; `ipv6` says for which addresses.
    ///
    /// # Errors
    /// [`Error::NoRoom`]; [`Error::Unsupported`], also for a family that isn't there; [`Error::Io`].
    fn net_open(&self, _kind: SocketKind, _ipv6: bool) -> Result<Socket, Error> {
        unsupported()
    }

    /// Gives a socket a local address; port 0: any that is free.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the address isn't this machine's; [`Error::WrongState`] if it's taken, or the socket has one;
    /// [`Error::InvalidArgument`] for no open socket; [`Error::Io`]; [`Error::Unsupported`].
    fn net_bind(&self, _socket: Socket, _address: SocketAddr) -> Result<(), Error> {
        unsupported()
    }

    /// The local address.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for no open socket; [`Error::Io`]; [`Error::Unsupported`].
    fn net_local(&self, _socket: Socket) -> Result<SocketAddr, Error> {
        unsupported()
    }

    /// Has a stream socket with a local address take connections.
    ///
    /// # Errors
    /// [`Error::WrongState`]; [`Error::InvalidArgument`] for no open socket; [`Error::Unsupported`], also for datagrams;
    /// [`Error::Io`].
    fn net_listen(&self, _socket: Socket) -> Result<(), Error> {
        unsupported()
    }

    /// The next connection to a listening socket, and who made it.
    ///
    /// # Errors
    /// [`Error::Busy`] if there is none yet; [`Error::NoRoom`]; [`Error::WrongState`] if it doesn't listen;
    /// [`Error::InvalidArgument`] for no open socket; [`Error::Io`]; [`Error::Unsupported`].
    fn net_accept(&self, _socket: Socket) -> Result<(Socket, SocketAddr), Error> {
        unsupported()
    }

    /// Connects a stream, or says where a socket's datagrams go. Asked again it tells how far that has come.
    ///
    /// # Errors
    /// [`Error::Busy`] while it's under way; [`Error::NotFound`] if nobody listens there, or no way leads there;
    /// [`Error::WrongState`] if it listens; [`Error::InvalidArgument`] for no open socket; [`Error::Io`];
    /// [`Error::Unsupported`].
    fn net_connect(&self, _socket: Socket, _address: SocketAddr) -> Result<(), Error> {
        unsupported()
    }

    /// Sends as much of a stream as there is room for, or one datagram, to where the socket is connected unless `to` says
    /// otherwise. Tells how many bytes.
    ///
    /// # Errors
    /// [`Error::Busy`] if there is no room; [`Error::WrongState`] without a connection, or if it's over;
    /// [`Error::OutOfRange`] for a datagram too large; [`Error::NotFound`] if no way leads there;
    /// [`Error::InvalidArgument`] for no open socket; [`Error::Io`]; [`Error::Unsupported`].
    fn net_send(&self, _socket: Socket, _bytes: &[u8], _to: Option<SocketAddr>) -> Result<usize, Error> {
        unsupported()
    }

    /// Takes what has come of a stream, 0 bytes once the other side has ended it; or one datagram, cut to `buffer`. Tells how
    /// many bytes, and from where.
    ///
    /// # Errors
    /// [`Error::Busy`] if nothing has come; [`Error::WrongState`] without a connection; [`Error::InvalidArgument`] for no open
    /// socket; [`Error::Io`], also for a connection that was broken off; [`Error::Unsupported`].
    fn net_receive(&self, _socket: Socket, _buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        unsupported()
    }

    /// Says what is told by events from now on: bits `READY_…`, 0 for none. Each bit is told once, at once if it is so
    /// already, and then no more until it's asked for again.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for no open socket; [`Error::Unsupported`]; [`Error::Io`].
    fn net_watch(&self, _socket: Socket, _readiness: u32) -> Result<(), Error> {
        unsupported()
    }

    /// Ends a socket. Its number is free again, and no event of it comes any more but those that wait.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for no open socket; [`Error::Unsupported`].
    fn net_close(&self, _socket: Socket) -> Result<(), Error> {
        unsupported()
    }

    /// Looks a host's name up. Pending, 16 bytes are written to the read address (an IPv4 address mapped into IPv6), and
    /// the answer is 0.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Busy`]; [`Error::InvalidArgument`] for what is no name; [`Error::Io`];
    /// [`Error::Unsupported`].
    fn net_resolve(&self, _name: &str, _operation: Operation) -> Result<Progress<IpAddr>, Error> {
        unsupported()
    }
}
