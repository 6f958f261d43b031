use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::ffi::OsStrExt,
};

use super::{
    captured::Capture,
    object::{ObjectId, Objects, push_entry},
};

/// Writes the trees that hold `files`; the topmost.
pub fn write<'a>(objects: &Objects, files: impl IntoIterator<Item = (&'a OsString, &'a Capture)>) -> io::Result<ObjectId> {
    let mut sorted: Vec<(&[u8], &Capture)> = files.into_iter().map(|(path, file)| (path.as_bytes(), file)).collect();
    // Git sorts a directory as if its name ended with a slash, which is how whole paths sort.
    sorted.sort_unstable_by_key(|(path, _)| *path);
    write_level(objects, &sorted, 0)
}

/// `start`: so many bytes of each path are the directory's own, with the slash.
fn write_level(objects: &Objects, files: &[(&[u8], &Capture)], start: usize) -> io::Result<ObjectId> {
    let (mut tree, mut rest) = (Vec::new(), files);
    while let Some(((path, file), after)) = rest.split_first() {
        let name = &path[start..];
        let Some(length) = name.iter().position(|byte| *byte == b'/') else {
            push_entry(&mut tree, file.mode, OsStr::from_bytes(name), file.id);
            rest = after;
            continue;
        };
        let until = start + length + 1;
        let count = rest.partition_point(|(other, _)| other.starts_with(&path[..until]));
        let (inside, after) = rest.split_at(count);
        push_entry(&mut tree, 0o40000, OsStr::from_bytes(&name[..length]), write_level(objects, inside, until)?);
        rest = after;
    }
    objects.write_tree(&tree)
}
