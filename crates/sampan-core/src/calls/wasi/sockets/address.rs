// SPDX-License-Identifier: Apache-2.0
//! Addresses as WAMR's `lib-socket` has them in memory: a kind, the parts of the address, the port, all little-endian.

use super::attempt::Failure;
use super::{GuestMemory, abi};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use sampan_abi::Status;

/// Bytes of a `__wasi_addr_t`.
pub(super) const ADDRESS_LEN: usize = 24;
const IPV4: u32 = 0;
const IPV6: u32 = 1;

/// Reads an address with its port.
pub(super) fn read_address(memory: &mut GuestMemory<'_>, address: u32) -> Result<SocketAddr, Failure> {
    let bytes: [u8; ADDRESS_LEN] = memory.read(address)?;
    let [k0, k1, k2, k3, rest @ ..] = bytes;
    let [a, b, c, d, low, high, ..] = rest;
    match u32::from_le_bytes([k0, k1, k2, k3]) {
        IPV4 => Ok(SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), u16::from_le_bytes([low, high]))),
        IPV6 => {
            let mut words = rest.chunks_exact(2).map(|pair| match pair {
                [low, high] => u16::from_le_bytes([*low, *high]),
                _ => 0,
            });
            let mut next = || words.next().unwrap_or(0);
            let segments: [u16; 8] = core::array::from_fn(|_| next());
            Ok(SocketAddr::new(Ipv6Addr::from(segments).into(), next()))
        }
        _ => Err(Failure::Errno(abi::ERRNO_AFNOSUPPORT)),
    }
}

/// Writes an address with its port, and zeros behind it.
pub(super) fn write_address(
    memory: &mut GuestMemory<'_>,
    address: u32,
    what: SocketAddr,
) -> Result<(), Status> {
    let place = memory.slice(address, ADDRESS_LEN)?;
    place.fill(0);
    let mut put = |bytes: &mut dyn Iterator<Item = u8>| {
        place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    };
    let port = what.port().to_le_bytes();
    match what.ip() {
        IpAddr::V4(ip) => put(&mut IPV4.to_le_bytes().into_iter().chain(ip.octets()).chain(port)),
        IpAddr::V6(ip) => {
            let words = ip.segments().into_iter().flat_map(u16::to_le_bytes);
            put(&mut IPV6.to_le_bytes().into_iter().chain(words).chain(port));
        }
    }
    Ok(())
}
