use watop::event::*;
#[test]
fn dump() {
    let mut names: Vec<_> = std::fs::read_dir("tests/protocol/examples").unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for p in names {
        let b = std::fs::read(&p).unwrap();
        let o = Origin { received_at: Millis(1_700_000_000_000), verified: None };
        for e in decode(&b, &o, &KeySecret([7; 16])) {
            println!(
                "{} {:?} {:?} n={:?} c={:?} name={:?} {:#?}",
                p.file_name().unwrap().to_str().unwrap(),
                e.path,
                e.provider_at,
                e.number,
                e.customer,
                e.name,
                e.detail
            );
        }
    }
}
