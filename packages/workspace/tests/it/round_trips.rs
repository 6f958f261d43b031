//! Whatever stands in a work tree, and whatever else stood there before, a restore brings it back.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use proptest::prelude::*;

use crate::place::Place;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    File(Vec<u8>, bool),
    Symlink(String),
}

type World = BTreeMap<String, Thing>;

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        4 => (proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..12), any::<bool>())
            .prop_map(|(content, executable)| Thing::File(content, executable)),
        1 => "(a|\\.\\.|/tmp|a/b|none)".prop_map(Thing::Symlink),
    ]
}

fn world() -> impl Strategy<Value = World> {
    let name = "(a|b|a\\.b|a-|\\.h|-x|q\"|n\nl|ü)";
    let path = proptest::collection::vec(name, 1..4).prop_map(|names| names.join("/"));
    proptest::collection::btree_map(path, thing(), 0..12).prop_map(|all| {
        let mut world = World::new();
        for (path, thing) in all {
            let is_below = |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
            if !world.keys().any(|other| is_below(&path, other) || is_below(other, &path)) {
                world.insert(path, thing);
            }
        }
        world
    })
}

fn build(place: &Place, world: &World) {
    for entry in fs::read_dir(&place.work).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => fs::remove_dir_all(entry.path()).unwrap(),
            false => fs::remove_file(entry.path()).unwrap(),
        }
    }
    for (path, thing) in world {
        let full = place.work.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        match thing {
            Thing::Symlink(target) => std::os::unix::fs::symlink(target, full).unwrap(),
            Thing::File(content, executable) => {
                place.write(path, content).mode(path, if *executable { 0o755 } else { 0o644 });
            }
        }
    }
}

fn look(directory: &Path, below: &str, world: &mut World) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().to_str().unwrap());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            look(&entry.path(), &format!("{path}/"), world);
        } else if kind.is_symlink() {
            world.insert(path, Thing::Symlink(fs::read_link(entry.path()).unwrap().to_str().unwrap().to_owned()));
        } else {
            let executable = entry.metadata().unwrap().permissions().mode() & 0o100 != 0;
            world.insert(path, Thing::File(fs::read(entry.path()).unwrap(), executable));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_restore_brings_it_back(one in world(), other in world()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            build(&place, &one);
            let first = place.record().await;
            prop_assert_eq!(place.paths(&first).len(), one.len());
            build(&place, &other);
            let second = place.record().await;
            for (target, present, expected) in [(&first, &second, &one), (&second, &first, &other)] {
                place.checkpoints.restore(target, present).await.unwrap();
                let mut found = World::new();
                look(&place.work, "", &mut found);
                prop_assert_eq!(&found, expected);
                prop_assert_eq!(&place.record().await, target);
            }
            let diff = place.diff(&first, &second).await;
            prop_assert_eq!(diff.total_files == 0, first == second);
            Ok(())
        })?;
    }
}
