//! How large the program is, and the script that the page needs before it can be used.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

use super::MB;
use crate::bench::{context::Context, report::Row};

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let program = fs::metadata(&context.program)?.len() as f64 / MB;
    let mut rows = vec![Row::new("the program", "MB", vec![program]).within(60.0)];
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../apps/web/dist");
    if page.join("index.html").exists() {
        let (files, bytes) = initial_script(&page)?;
        rows.push(
            Row::new(format!("the page's first script, gzip ({files} files)"), "kB", vec![bytes as f64 / 1e3]).within(250.0),
        );
    }
    Ok(rows)
}

/// All that the entry imports before it runs, and what `index.html` asks for beside it.
fn initial_script(page: &Path) -> anyhow::Result<(usize, usize)> {
    let html = fs::read_to_string(page.join("index.html"))?;
    let mut waiting: Vec<String> = quoted_after(&html, &["src=", "href="]).filter(|path| path.ends_with(".js")).collect();
    let (mut seen, mut bytes) = (BTreeSet::new(), 0);
    while let Some(path) = waiting.pop() {
        let path = path.trim_start_matches("./").to_owned();
        if seen.contains(&path) {
            continue;
        }
        let script = fs::read(page.join(&path)).with_context(|| path.clone())?;
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        // A static import names its module right after the word; a dynamic one has a parenthesis between.
        let text = String::from_utf8_lossy(&script);
        let imports = quoted_after(&text, &["from", "import"]).filter(|path| path.starts_with("./") && path.ends_with(".js"));
        waiting.extend(imports.map(|import| format!("{directory}/{}", import.trim_start_matches("./"))));
        bytes += compressed(&script)?;
        seen.insert(path);
    }
    Ok((seen.len(), bytes))
}

/// What stands in quotes directly after one of `words`.
fn quoted_after<'a>(text: &'a str, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    words.iter().flat_map(|word| text.split(word).skip(1)).filter_map(|rest| {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        Some(rest[1..].split(quote).next()?.to_owned())
    })
}

fn compressed(bytes: &[u8]) -> anyhow::Result<usize> {
    let mut gzip = Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("run gzip")?;
    let mut input = gzip.stdin.take().context("no pipe")?;
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(bytes));
        gzip.wait_with_output()
    })?;
    if !output.status.success() {
        bail!("gzip failed");
    }
    Ok(output.stdout.len())
}
