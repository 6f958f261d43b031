//! Who listens on a port.

use std::{fs, net::SocketAddr};

/// ` by NAME (process PID)`, as far as this user may know; `None` where it cannot be told.
pub fn describe(listen: SocketAddr) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .find_map(|table| listening_inode(&fs::read_to_string(table).ok()?, listen.port()))?;
    let wanted = format!("socket:[{inode}]");
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let holds = fs::read_dir(entry.path().join("fd")).into_iter().flatten().flatten();
        if holds.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|link| link.as_os_str() == wanted.as_str()) {
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            return Some(format!(" by {} (process {pid})", name.trim()));
        }
    }
    None
}

/// From the kernel's table: local address in hex, state 0A is listening, the inode stands tenth.
fn listening_inode(table: &str, port: u16) -> Option<String> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (_, hex) = fields.get(1)?.rsplit_once(':')?;
        let matches = u16::from_str_radix(hex, 16).ok()? == port && *fields.get(3)? == "0A";
        matches.then(|| fields.get(9).map(|inode| (*inode).to_owned())).flatten()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_port_of_ours_is_ours() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let described = super::describe(address).unwrap_or_default();
        assert!(described.ends_with(&format!("(process {})", std::process::id())), "{described}");
    }
}
