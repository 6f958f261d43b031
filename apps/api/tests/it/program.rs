//! The program as a process, with a home of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use crate::app::PROGRAM;

pub struct Server {
    pub child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
}

pub fn command(home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", home).env("USER", "tester");
    command
}

pub fn run(home: &Path, arguments: &[&str]) -> Output {
    command(home).args(arguments).output().unwrap()
}

pub fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().lines().last().unwrap_or_default().to_owned()
}

impl Server {
    pub fn start(home: &Path, listen: &str, more: &[&str]) -> Self {
        Self::start_by(&[], home, listen, more)
    }

    /// Started by the command `before`, which becomes the program.
    pub fn start_by(before: &[&str], home: &Path, listen: &str, more: &[&str]) -> Self {
        let mut command = match before.split_first() {
            None => command(home),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command
                    .args(rest)
                    .arg(PROGRAM)
                    .env_clear()
                    .env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                    .env("HOME", home);
                command
            }
        };
        command.args(["serve", "--listen", listen, "--data-dir"]).arg(data_dir(home)).args(more);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let link = lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains("/sign-in?token="))
            .expect("the link is printed")
            .trim()
            .to_owned();
        let url = link.split("/sign-in").next().unwrap().to_owned();
        // The pipe stays open for what else it says.
        std::thread::spawn(move || for _ in lines {});
        Self { child, url }
    }

    pub fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    /// Status line and body of a request.
    pub fn get(&self, path: &str, key: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n",
            self.address()
        )
        .unwrap();
        answer(stream)
    }

    pub fn post(&self, path: &str, key: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.address(),
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        answer(stream)
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn data_dir(home: &Path) -> PathBuf {
    home.join("data")
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    (status, if chunked { unchunked(body) } else { body.to_owned() })
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole
}
