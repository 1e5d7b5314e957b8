package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What stands in Redis may be damaged, of another version or put there by somebody: it is read as what it was or as nothing.
func FuzzOpenParcel(f *testing.F) {
	seal, err := newSealer([][]byte{secret})
	if err != nil {
		f.Fatal(err)
	}
	s := &Store{seal: seal}
	p := &Parcel{Body: []byte("body"), Tries: 3, State: Doubtful}
	s.sealParcel(p, "name")
	f.Add(p.sealed, []byte("\x01\x02\x00\x00\x00\x00\x00\x00\x00\x07body"))
	f.Add([]byte{}, []byte{})
	f.Add([]byte("0123456789ab"), []byte{1})
	f.Fuzz(func(t *testing.T, sealed, opened []byte) {
		if got := s.openParcel(string(sealed), "name"); len(got.Body) > 0 && string(got.Body) != "body" {
			t.Errorf("%x opens", sealed)
		}
		if got := s.openParcel(string(p.sealed), "another name"); len(got.Body) > 0 {
			t.Error("a parcel opens in another chat")
		}
		// And what is sealed well and malformed inside.
		got := s.openParcel(string(seal.encrypt(opened, "o:name")), "name")
		if len(opened) < parcelHead && len(got.Body) > 0 {
			t.Errorf("%x has the body %x", opened, got.Body)
		}
		if len(opened) >= parcelHead {
			if d := cmp.Diff(string(opened[parcelHead:]), string(got.Body)); d != "" {
				t.Error(d)
			}
		}
	})
}

// What Redis says of itself, and what stands among the counts, is read or left out.
func FuzzReadRedis(f *testing.F) {
	f.Add("# Persistence\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n", "unanswered:mx/work", "7")
	f.Add(":", ":/", "")
	f.Fuzz(func(t *testing.T, info, field, value string) {
		told := map[string]string{}
		readInfo(info, told)
		if len(told) > 2 {
			t.Errorf("%v", told)
		}
		if c, ok := readCount(field, value); ok && countField(c.What, c.Country, c.Topic) != field {
			t.Errorf("%q became %+v", field, c)
		}
	})
}
