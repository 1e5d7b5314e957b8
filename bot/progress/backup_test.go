package progress

import (
	"encoding/json"
	"testing"

	"cobijo/bot/store"
)

// What was deleted stays deleted, whichever of the two was there first; what cannot be opened is left as it is.
func TestImportOfDeleted(t *testing.T) {
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	book := func(secret string) *Book {
		s, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte(secret)}})
		if err != nil {
			t.Fatal(err)
		}
		return NewBook(s, nil)
	}
	b := book("a secret of 32 bytes for testing")
	reports := b.Shelves(known)[0]
	const id = "mx-01/r1"
	words := `{"id":"r1","commitment":"mx-01","kind":"claimed","who":{"id":"U1","name":"Ana"},"at":"2026-11-20T12:00:00Z","as_of":"2026-11-20","status":"done","note":"a name"}`
	gone := `{"id":"r1","commitment":"mx-01","kind":"claimed","who":{"id":""},"at":"2026-11-20T12:00:00Z","as_of":"2026-11-20","status":"","deleted":{"by":"operator","at":"2026-11-21T12:00:00Z"}}`
	for n, step := range []struct {
		data    string
		changes bool
		deleted bool
	}{{words, true, false}, {words, false, false}, {gone, true, true}, {gone, false, true}, {words, false, true}} {
		told, err := reports.Check(t.Context(), id, json.RawMessage(step.data))
		if err != nil || told != step.changes {
			t.Errorf("step %d: it is told that it changes something: %v, %v", n, told, err)
		}
		changed, err := reports.Put(t.Context(), id, json.RawMessage(step.data))
		if err != nil || changed != step.changes {
			t.Errorf("step %d: it changes something: %v, %v", n, changed, err)
		}
		history, err := b.History(t.Context(), "mx-01")
		if err != nil || len(history) != 1 || (history[0].Deleted != nil) != step.deleted || step.deleted && history[0].Note != "" {
			t.Errorf("step %d: %+v, %v", n, history, err)
		}
	}
	other := book("another secret of bytes, as long").Shelves(known)[0]
	if changed, err := other.Put(t.Context(), id, json.RawMessage(gone)); err != nil || changed {
		t.Errorf("what no secret opens is changed: %v, %v", changed, err)
	}
	lost := 0
	if err := other.Each(t.Context(), func(_ string, data json.RawMessage) error {
		if data == nil {
			lost++
		}
		return nil
	}); err != nil || lost != 1 {
		t.Errorf("%d are lost: %v", lost, err)
	}
}

// Whatever a record's data is, it is refused, or kept as what can be read again.
func FuzzShelves(f *testing.F) {
	f.Add("report", "mx-01/r1", []byte(`{"id":"r1","commitment":"mx-01","kind":"claimed","who":{"id":"U1"},"at":"2026-11-20T12:00:00Z","as_of":"2026-11-20","status":"done"}`))
	f.Add("milestone", "m1", []byte(`{"id":"m1","commitment":"mx-01","date":"2027-06-30","title":{"EN":"a","ES":"b"},"source":"c"}`))
	rdb, stop := store.Embedded()
	f.Cleanup(stop)
	s, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		f.Fatal(err)
	}
	b := NewBook(s, nil)
	f.Fuzz(func(t *testing.T, kind, id string, data []byte) {
		for _, shelf := range b.Shelves(known) {
			if shelf.Kind() != kind {
				continue
			}
			if _, err := shelf.Put(t.Context(), id, data); err != nil {
				continue
			}
			if changes, err := shelf.Check(t.Context(), id, data); err != nil || changes {
				t.Errorf("twice: %v, %v", changes, err)
			}
		}
	})
}
