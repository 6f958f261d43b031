use std::{collections::HashMap, time::Duration};

use super::{
    Diff, FileDiff, Hunk, Options, filter, hunk, left_out,
    listing::{Change, Side, list},
};
use crate::{
    Checkpoints, GitError, WorkspaceError,
    checkpoint::{ObjectId, gone, parse},
    git::Input,
};

/// A file of more changed lines, or a larger patch in bytes, is not shown unless it is the only one asked for.
const MOST_LINES: u64 = 20_000;
const LARGEST_PATCH: usize = 1 << 20;
/// Bytes of the patch of the only file asked for.
const LARGEST_ALONE: usize = 5 << 20;
/// Bytes of patches, after which a page ends.
const LARGEST_PAGE: usize = 8 << 20;

impl Checkpoints {
    /// A page of what differs between two trees, by path.
    ///
    /// [`WorkspaceError::CheckpointGone`]: one of them, or a part of it, is not there any more.
    pub async fn diff(&self, from: &str, to: &str, options: &Options) -> Result<Diff, WorkspaceError> {
        let (from, to) = (parse(from)?, parse(to)?);
        let to = left_out::with(self, from, to, &options.left_out).await?;
        let all = list(self, from, to).await?;
        let path = filter(options.path.as_deref())?;
        let asked: Vec<&Change> = match &path {
            Some(path) => all.iter().filter(|change| change.is_in(path.as_bytes())).collect(),
            None => all.iter().collect(),
        };
        let start = options.after.as_deref().map_or(0, |cursor| resume(cursor, &asked));
        let page: Vec<&Change> = asked.iter().skip(start).take(options.limit.max(1)).copied().collect();
        let sizes = self.sizes(&page).await?;
        let alone = path.is_some() && asked.len() == 1;
        let mut files: Vec<FileDiff> = page.iter().map(|change| describe(change, &sizes)).collect();
        if options.hunks {
            let shown = self.add_hunks(&page, &mut files, alone, options.context).await?;
            files.truncate(shown);
        }
        let end = start + files.len();
        let next_cursor = (end < asked.len()).then(|| asked.get(end - 1).map(|last| cursor(end, last))).flatten();
        let lines = asked.iter().filter_map(|change| change.lines);
        let (additions, deletions) = lines.fold((0, 0), |sum, (added, deleted)| (sum.0 + added, sum.1 + deleted));
        Ok(Diff { files, total_files: asked.len() as u64, additions, deletions, next_cursor })
    }

    /// How many of the files fit on the page.
    async fn add_hunks(
        &self,
        page: &[&Change],
        files: &mut [FileDiff],
        alone: bool,
        context: u32,
    ) -> Result<usize, WorkspaceError> {
        let most = if alone { LARGEST_ALONE } else { LARGEST_PATCH };
        let (mut small, mut large) = (Vec::new(), Vec::new());
        let mut sum = 0;
        for (number, file) in files.iter_mut().enumerate() {
            // No patch is longer than both sides of it, but for what a line begins with.
            let at_most = (file.old_size.unwrap_or(0) + file.new_size.unwrap_or(0)) as usize;
            if file.binary {
                continue;
            }
            if !alone && page[number].changed_lines() > MOST_LINES {
                file.truncated = true;
            } else if at_most < LARGEST_PATCH / 2 && sum < LARGEST_PAGE {
                sum += at_most;
                small.push(number);
            } else {
                large.push(number);
            }
        }
        let mut shown = self.hunks(&small.iter().map(|number| page[*number]).collect::<Vec<_>>(), context, usize::MAX).await?;
        for (number, hunks) in small.into_iter().zip(shown.drain(..)) {
            files[number].hunks = Some(hunks);
        }
        for number in large {
            if sum > LARGEST_PAGE && number > 0 {
                return Ok(number);
            }
            match self.hunks(&page[number..=number], context, most).await {
                Ok(mut hunks) => {
                    let hunks = hunks.pop().unwrap_or_default();
                    sum += hunks.iter().flat_map(|hunk| &hunk.lines).map(String::len).sum::<usize>();
                    files[number].hunks = Some(hunks);
                }
                Err(WorkspaceError::Git(GitError::TooMuch { .. })) => files[number].truncated = true,
                Err(error) => return Err(error),
            }
        }
        Ok(files.len())
    }

    /// The hunks of each change, by one git command.
    ///
    /// It compares two trees of only these files, each called by its number: so that a rename is compared with what
    /// it was before, and no name needs reading.
    async fn hunks(&self, changes: &[&Change], context: u32, most: usize) -> Result<Vec<Vec<Hunk>>, WorkspaceError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let sides = |side: fn(&Change) -> Option<Side>| changes.iter().map(|change| side(change)).collect::<Vec<_>>();
        let old = self.numbered(&sides(|change| change.old))?;
        let new = self.numbered(&sides(|change| change.new))?;
        let git = self.git("diff-tree").args(["-p", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"]);
        let git = git.arg(format!("--unified={context}")).arg(old.to_string()).arg(new.to_string());
        let git = git.timeout(Duration::from_secs(60)).most_output(most.min(256 << 20));
        let patch = git.output().await.map_err(gone)?;
        Ok(hunk::parse(&patch, changes.len()))
    }

    fn numbered(&self, sides: &[Option<Side>]) -> Result<ObjectId, WorkspaceError> {
        let entries = sides.iter().enumerate().filter_map(|(number, side)| Some((format!("{number:06}"), (*side)?)));
        self.write_tree(entries.map(|(name, side)| (name, side.mode, side.id))).map_err(WorkspaceError::io("compare files"))
    }

    async fn sizes(&self, page: &[&Change]) -> Result<HashMap<ObjectId, u64>, WorkspaceError> {
        let files = page.iter().flat_map(|change| [change.old, change.new]).flatten().filter(|side| side.mode != 0o160000);
        let asked: String = files.map(|side| format!("{}\n", side.id)).collect();
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let git = self.git("cat-file").args(["--batch-check=%(objectname) %(objectsize)", "--buffer"]);
        let answer = git.output_with(Input::Bytes(asked.into_bytes())).await.map_err(gone)?;
        let mut sizes = HashMap::new();
        for line in String::from_utf8_lossy(&answer).lines() {
            let told = line.split_once(' ').and_then(|(id, size)| Some((ObjectId::parse(id)?, size.parse().ok()?)));
            let (id, size) = told.ok_or_else(|| WorkspaceError::CheckpointGone(line.to_owned()))?;
            sizes.insert(id, size);
        }
        Ok(sizes)
    }
}

fn describe(change: &Change, sizes: &HashMap<ObjectId, u64>) -> FileDiff {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mode = |side: Option<Side>| side.map(|side| format!("{:06o}", side.mode));
    let size = |side: Option<Side>| side.and_then(|side| sizes.get(&side.id)).copied();
    FileDiff {
        path: text(&change.path),
        old_path: change.old_path.as_deref().map(text),
        status: change.status,
        old_mode: mode(change.old),
        new_mode: mode(change.new),
        binary: change.lines.is_none(),
        old_size: size(change.old),
        new_size: size(change.new),
        additions: change.lines.map(|lines| lines.0),
        deletions: change.lines.map(|lines| lines.1),
        hunks: None,
        truncated: false,
    }
}

/// Says where the next page begins also when files have come and gone meanwhile.
fn cursor(end: usize, last: &Change) -> String {
    format!("{end}:{}", String::from_utf8_lossy(&last.path))
}

fn resume(cursor: &str, changes: &[&Change]) -> usize {
    let Some((number, path)) = cursor.split_once(':') else { return 0 };
    match changes.iter().position(|change| String::from_utf8_lossy(&change.path) == path) {
        Some(last) => last + 1,
        None => number.parse().unwrap_or(0),
    }
}
