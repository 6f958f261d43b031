//! The shim's end of the control socket. It never blocks on it: a doorbell that cannot be sent is
//! sent later with the length of then, and a peer that talks nonsense is cut off.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
};

use shim::{control::Command, spec::CONTROL_SOCKET};

/// More peers than a server and a command line need; the oldest goes when one more comes.
const MOST_PEERS: usize = 8;

pub struct Server {
    pub listener: UnixListener,
    pub peers: Vec<Peer>,
}

pub struct Peer {
    pub stream: UnixStream,
    incoming: Vec<u8>,
    /// The rest of a doorbell that was sent in part.
    unsent: Vec<u8>,
    /// The last length rung, and whether a newer one waits.
    rung: u64,
}

impl Server {
    pub fn listen() -> io::Result<Self> {
        // The run directory is the current one, so the path is as short as sockets need it.
        let listener = UnixListener::bind(CONTROL_SOCKET)?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, peers: Vec::new() })
    }

    pub fn accept(&mut self, log_length: u64) {
        while let Ok((stream, _)) = self.listener.accept() {
            if stream.set_nonblocking(true).is_err() {
                continue;
            }
            if self.peers.len() >= MOST_PEERS {
                self.peers.remove(0);
            }
            self.peers.push(Peer { stream, incoming: Vec::new(), unsent: Vec::new(), rung: u64::MAX });
        }
        self.ring(log_length);
    }

    /// Tells every peer how long the log is, as far as the socket takes it.
    pub fn ring(&mut self, log_length: u64) {
        self.peers.retain_mut(|peer| peer.ring(log_length));
    }

    /// The commands that have come in.
    pub fn commands(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        self.peers.retain_mut(|peer| peer.receive(&mut commands));
        commands
    }

    pub fn close(&mut self) {
        self.peers.clear();
        let _ = fs::remove_file(CONTROL_SOCKET);
    }
}

impl Peer {
    pub fn wants_to_send(&self, log_length: u64) -> bool {
        !self.unsent.is_empty() || self.rung != log_length
    }

    fn ring(&mut self, log_length: u64) -> bool {
        loop {
            if self.unsent.is_empty() {
                if self.rung == log_length {
                    return true;
                }
                self.rung = log_length;
                self.unsent = log_length.to_le_bytes().to_vec();
            }
            match self.stream.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    fn receive(&mut self, commands: &mut Vec<Command>) -> bool {
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(count) => self.incoming.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return false,
            }
            loop {
                match Command::take(&mut self.incoming) {
                    Ok(Some(command)) => commands.push(command),
                    Ok(None) => break,
                    Err(_) => return false,
                }
            }
        }
    }
}
