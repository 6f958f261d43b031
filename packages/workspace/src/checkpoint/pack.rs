//! Many objects in one file, as git reads it: a first record has as many as the work tree has files, and a file for
//! each of them takes a file system far longer than what is in them.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use flate2::Crc;
use sha1::{Digest, Sha1};

use super::object::{ObjectId, put};

/// Bytes; places beyond are told in another way, which there is no need for.
const LARGEST: u64 = 1 << 30;
const IDS: usize = 8 + 256 * 4;

/// A pack that is being written.
pub struct Packing {
    directory: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
    length: u64,
    /// Where each object begins, and its checksum.
    objects: HashMap<ObjectId, (u32, u32)>,
}

impl Packing {
    /// `directory`: where packs are. There is one writer at a time; what a killed one left is written over.
    pub fn begin(directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let temporary = directory.join("tmp_pack_checkpoint");
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&temporary)?;
        let mut file = BufWriter::with_capacity(1 << 20, file);
        // How many there are is written in the end.
        file.write_all(b"PACK\0\0\0\x02\0\0\0\0")?;
        Ok(Self { directory: directory.to_owned(), temporary, file, length: 12, objects: HashMap::new() })
    }

    pub fn has(&self, id: ObjectId) -> bool {
        self.objects.contains_key(&id)
    }

    /// False: there is no room. `kind`: 2 for a tree, 3 for a blob. `deflated`: the content alone.
    pub fn add(&mut self, id: ObjectId, kind: u8, size: usize, deflated: &[u8]) -> io::Result<bool> {
        if self.length > LARGEST || self.has(id) {
            return Ok(self.has(id));
        }
        let head = head(kind, size);
        let mut checksum = Crc::new();
        for part in [&head[..], deflated] {
            checksum.update(part);
            self.file.write_all(part)?;
        }
        self.objects.insert(id, (self.length as u32, checksum.sum()));
        self.length += (head.len() + deflated.len()) as u64;
        Ok(true)
    }

    /// Makes it known to git. It outlives a loss of power.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if self.objects.is_empty() {
            return fs::remove_file(&self.temporary);
        }
        file.write_all_at(&(self.objects.len() as u32).to_be_bytes(), 8)?;
        let checksum = digest(&mut file)?;
        file.write_all(&checksum)?;
        file.sync_data()?;
        let name = ObjectId(checksum);
        fs::rename(&self.temporary, self.directory.join(format!("pack-{name}.pack")))?;
        put(&self.directory.join(format!("pack-{name}.idx")), &index(&self.objects, checksum))
    }
}

fn head(kind: u8, size: usize) -> Vec<u8> {
    let (mut byte, mut rest) = (kind << 4 | (size & 15) as u8, size >> 4);
    let mut head = Vec::new();
    while rest > 0 {
        head.push(byte | 0x80);
        (byte, rest) = ((rest & 0x7f) as u8, rest >> 7);
    }
    head.push(byte);
    head
}

/// Of the whole file, which is read to its end.
fn digest(file: &mut File) -> io::Result<[u8; 20]> {
    file.rewind()?;
    let (mut hasher, mut buffer) = (Sha1::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Where each object is, in git's second way of writing it.
fn index(objects: &HashMap<ObjectId, (u32, u32)>, pack: [u8; 20]) -> Vec<u8> {
    let mut sorted: Vec<_> = objects.iter().collect();
    sorted.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255 {
        let until = sorted.partition_point(|(id, _)| id.0[0] <= first) as u32;
        index.extend_from_slice(&until.to_be_bytes());
    }
    sorted.iter().for_each(|(id, _)| index.extend_from_slice(&id.0));
    sorted.iter().for_each(|(_, (_, checksum))| index.extend_from_slice(&checksum.to_be_bytes()));
    sorted.iter().for_each(|(_, (place, _))| index.extend_from_slice(&place.to_be_bytes()));
    index.extend_from_slice(&pack);
    let own: [u8; 20] = Sha1::digest(&index).into();
    index.extend_from_slice(&own);
    index
}

/// The names of what is in packs.
pub struct Packed(Vec<Vec<u8>>);

impl Packed {
    pub fn load(directory: &Path) -> Self {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let indexes = entries.filter(|path| path.extension().is_some_and(|extension| extension == "idx"));
        Self(indexes.filter_map(|path| fs::read(path).ok()).filter(|index| index.len() > IDS).collect())
    }

    pub fn has(&self, id: ObjectId) -> bool {
        self.0.iter().any(|index| is_in(index, id).unwrap_or(false))
    }
}

fn is_in(index: &[u8], id: ObjectId) -> Option<bool> {
    let until = |first: usize| {
        let number = index.get(8 + first * 4..12 + first * 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(number) as usize)
    };
    let first = usize::from(id.0[0]);
    let start = if first == 0 { 0 } else { until(first - 1)? };
    let ids = index.get(IDS + start * 20..IDS + until(first)? * 20)?;
    Some(ids.as_chunks::<20>().0.binary_search(&id.0).is_ok())
}
