//! The program's standard input, written as fast as the program takes it and never waited for.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

pub struct Stdin {
    fd: Option<OwnedFd>,
    queue: Vec<u8>,
    written: usize,
    close: bool,
}

impl Stdin {
    pub fn new(fd: OwnedFd) -> Self {
        Self { fd: Some(fd), queue: Vec::new(), written: 0, close: false }
    }

    pub fn queue(&mut self, bytes: &[u8]) {
        self.queue.extend_from_slice(bytes);
        self.write();
    }

    pub fn close_when_written(&mut self) {
        self.close = true;
        self.write();
    }

    pub fn waiting(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().filter(|_| self.written < self.queue.len()).map(AsFd::as_fd)
    }

    pub fn write(&mut self) {
        while let Some(fd) = self.fd.as_ref().filter(|_| self.written < self.queue.len()) {
            match rustix::io::write(fd, &self.queue[self.written..]) {
                Ok(count) => self.written += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                // The program does not listen; that is its right.
                Err(_) => self.fd = None,
            }
        }
        self.queue = Vec::new();
        self.written = 0;
        if self.close {
            self.fd = None;
        }
    }
}
