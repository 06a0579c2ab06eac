// SPDX-License-Identifier: Apache-2.0
//! How much stack a module needs.
//!
//! Where no function can come to call itself, the need is the deepest chain of calls. An indirect call may
//! reach every function of its type that is used as a value.

use std::collections::BTreeMap;

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
    let graph = Graph::of(nodes);
    let mut marks = vec![Mark::New; graph.edges.len()];
    let mut most = 0;
    for &root in roots {
        most = most.max(visit(root, &graph, &mut marks)?);
    }
    u32::try_from(most).ok()
}

/// Who may call whom. After the functions there is a place for each type that is called through a table: its
/// calls reach all functions of that type. So there are no more edges than calls and functions.
struct Graph {
    /// Bytes of each frame.
    frames: Vec<u64>,
    /// What each may call, with the bytes of stack below the frame of what is called.
    edges: Vec<Vec<(u32, u64)>>,
}

impl Graph {
    fn of(nodes: &[Node]) -> Self {
        let mut frames: Vec<u64> = nodes.iter().map(|node| u64::from(node.frame_slots) * 4).collect();
        let mut edges: Vec<Vec<(u32, u64)>> = vec![Vec::new(); nodes.len()];
        let mut types: BTreeMap<u32, u32> = BTreeMap::new();
        for (idx, node) in nodes.iter().enumerate() {
            for call in &node.calls {
                let callee = match call.callee {
                    Callee::Function(function) => function,
                    Callee::Type(type_id) => *types.entry(type_id).or_insert_with(|| {
                        edges.push(Vec::new());
                        frames.push(0);
                        edges.len() as u32 - 1
                    }),
                };
                let link = if call.is_tail { 0 } else { u64::from(LINK_BYTES) };
                edges[idx].push((callee, u64::from(call.base) * 4 + link));
            }
        }
        for (idx, node) in nodes.iter().enumerate().filter(|(_, node)| node.is_addressed) {
            if let Some(&place) = types.get(&node.type_id) {
                edges[place as usize].push((idx as u32, 0));
            }
        }
        Self { frames, edges }
    }
}

/// Visits depth first, without recursion: a chain of calls can be as long as a module.
fn visit(root: u32, graph: &Graph, marks: &mut [Mark]) -> Option<u64> {
    let mut open: Vec<(u32, usize)> = vec![(root, 0)];
    while let Some(&(function, next)) = open.last() {
        let idx = function as usize;
        if let Mark::Done(_) = marks[idx] {
            open.pop();
            continue;
        }
        marks[idx] = Mark::Open;
        if let Some(&(callee, _)) = graph.edges[idx].get(next) {
            if let Some(place) = open.last_mut() {
                place.1 = next + 1;
            }
            match marks[callee as usize] {
                Mark::Open => return None,
                Mark::New => open.push((callee, 0)),
                Mark::Done(_) => {}
            }
            continue;
        }
        let own = graph.frames[idx];
        let below = graph.edges[idx].iter().map(|&(callee, bytes)| match marks[callee as usize] {
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
