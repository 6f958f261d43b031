//! Ports of its own for each workspace, so that what agents start does not get into each other's way.

use std::net::TcpListener;

use db::{AgentRow, query::agents};
use tokio::sync::MutexGuard;

use crate::app::{App, Result};

/// Below those that systems give out by themselves.
const FIRST: u16 = 20_000;
const LAST: u16 = 29_999;
const EACH: u16 = 10;

/// The first and the last one.
pub fn ports(agent: &AgentRow) -> Option<(u16, u16)> {
    let first = u16::try_from(agent.first_port?).ok()?;
    Some((first, first + EACH - 1))
}

impl App {
    /// Gives a workspace ports of its own, if it has none, to be written by the caller before it lets go of what it
    /// gets. None are left when a thousand have theirs.
    pub(super) async fn give_ports(&self, agent: &mut AgentRow) -> Result<Option<MutexGuard<'_, ()>>> {
        if agent.first_port.is_some() {
            return Ok(None);
        }
        let giving = self.workspaces.giving_ports.lock().await;
        let given = agents::first_ports(&self.db).await?;
        let free = (FIRST..=LAST).step_by(usize::from(EACH)).find(|first| !given.contains(&i32::from(*first)) && is_free(*first));
        agent.first_port = free.map(i32::from);
        Ok(free.map(|_| giving))
    }
}

/// Nothing listens at the first of them; looking at all would take longer than it is worth.
fn is_free(first: u16) -> bool {
    TcpListener::bind(("127.0.0.1", first)).is_ok()
}
