//! The memory store keeps every rule of the kit.

mod memory {
    use mfakit::MemoryStore;
    use mfakit::testing::conformance::Candidate;

    mfakit::conformance_tests!(mfakit::testing::block_on, || async {
        let store = MemoryStore::new();
        Candidate::new(store.clone())
            .other_handle(store.clone())
            .index(store.clone())
            .event_log(store.clone())
            .subject_events(store.clone())
            .organizations(store.clone())
            .other_organizations(store.clone())
            .stamps(store)
    });
}
