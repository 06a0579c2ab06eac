// SPDX-License-Identifier: Apache-2.0
//! How much stack a module needs.
//!
//! Where no function can come to call itself, the need is the deepest chain of calls. An indirect call may
//! reach every function of its type that is used as a value.

use sampan_packed_format::LINK_BYTES;

/// A call that a function makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Slots from the frame of the caller to that of what it calls.
    pub(crate) base: u32,
    pub(crate) callee: Callee,
    pub(crate) is_tail: bool,
}

/// What a call reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    /// The function with this record.
    Function(u32),
    /// Any function of this type that is used as a value.
    Type(u32),
}

/// A function as seen from its stack.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) frame_slots: u32,
    pub(crate) type_id: u32,
    /// Whether it is used as a value.
    pub(crate) is_addressed: bool,
    pub(crate) calls: Vec<Call>,
}

/// Progress with one function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    /// Bytes it needs.
    Done(u64),
}

/// Bytes of stack that suffice for each of `roots`; `None` if there is no bound.
pub(crate) fn need(nodes: &[Node], roots: &[u32]) -> Option<u32> {
    let mut marks = vec![Mark::New; nodes.len()];
    let edges: Vec<Vec<(u32, u64)>> = nodes.iter().map(|node| edges(node, nodes)).collect();
    let mut most = 0;
    for &root in roots {
        most = most.max(visit(root, nodes, &edges, &mut marks)?);
    }
    u32::try_from(most).ok()
}

/// What a function may call, each with the bytes of stack below the frame of what is called.
fn edges(node: &Node, nodes: &[Node]) -> Vec<(u32, u64)> {
    let mut edges = Vec::new();
    for call in &node.calls {
        let link = if call.is_tail { 0 } else { u64::from(LINK_BYTES) };
        let bytes = u64::from(call.base) * 4 + link;
        match call.callee {
            Callee::Function(function) => edges.push((function, bytes)),
            Callee::Type(type_id) => {
                for (idx, other) in nodes.iter().enumerate() {
                    if other.is_addressed && other.type_id == type_id {
                        edges.push((idx as u32, bytes));
                    }
                }
            }
        }
    }
    edges.sort_unstable();
    edges.reverse();
    edges.dedup_by_key(|edge| edge.0);
    edges
}

/// Visits depth first, without recursion: a chain of calls can be as long as a module.
fn visit(root: u32, nodes: &[Node], edges: &[Vec<(u32, u64)>], marks: &mut [Mark]) -> Option<u64> {
    let mut open: Vec<(u32, usize)> = vec![(root, 0)];
    while let Some(&(function, next)) = open.last() {
        let idx = function as usize;
        if let Mark::Done(_) = marks[idx] {
            open.pop();
            continue;
        }
        marks[idx] = Mark::Open;
        if let Some(&(callee, _)) = edges[idx].get(next) {
            match marks[callee as usize] {
                Mark::Open => return None,
                Mark::New => open.push((callee, 0)),
                Mark::Done(_) => {}
            }
            if let Some(place) = open.iter_mut().rev().find(|place| place.0 == function) {
                place.1 = next + 1;
            }
            continue;
        }
        let own = u64::from(nodes[idx].frame_slots) * 4;
        let below = edges[idx].iter().map(|&(callee, bytes)| match marks[callee as usize] {
            Mark::Done(need) => bytes + need,
            _ => bytes,
        });
        marks[idx] = Mark::Done(below.fold(own, u64::max));
        open.pop();
    }
    match marks[root as usize] {
        Mark::Done(need) => Some(need),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(frame_slots: u32, calls: &[(u32, Callee)]) -> Node {
        let calls = calls.iter().map(|&(base, callee)| Call { base, callee, is_tail: false }).collect();
        Node { frame_slots, type_id: 7, is_addressed: frame_slots > 10, calls }
    }

    #[test]
    fn the_deepest_chain_counts() {
        let nodes = [
            node(4, &[(2, Callee::Function(1)), (4, Callee::Function(2))]),
            node(10, &[]),
            node(3, &[(1, Callee::Function(1))]),
        ];
        assert_eq!(need(&nodes, &[0]), Some(4 * 4 + 8 + 4 + 8 + 40));
        assert_eq!(need(&nodes, &[1]), Some(40));
        assert_eq!(need(&nodes, &[]), Some(0));
    }

    #[test]
    fn recursion_has_no_bound() {
        let nodes = [node(4, &[(2, Callee::Function(1))]), node(11, &[(2, Callee::Type(7))])];
        assert_eq!(need(&nodes, &[0]), None);
    }

    #[test]
    fn indirect_calls_reach_what_is_used_as_a_value() {
        let nodes = [node(4, &[(2, Callee::Type(7))]), node(12, &[]), node(9, &[])];
        assert_eq!(need(&nodes, &[0]), Some(8 + 8 + 48));
    }
}
