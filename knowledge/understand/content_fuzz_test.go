package understand

import (
	"testing"
	"testing/fstest"

	"cobijo/knowledge/lint"
)

// Whatever an editor writes of places and words, nothing panics, and each fault says what is wrong.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{
		"", "-", "- null", "mx:\n  names: [México]\n", "mx: {cities: [Tapachula, '', ~]}\n", "mx: &a {names: *a}\n", "concepts:\n-\n", "a: {", "\x00", "- {words: {es: [a, ''], en: }}\n", "1: 2\n", "mx:\n- name: x\n  at: [1, 2]\n",
	} {
		f.Add([]byte(seed), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, places, words []byte) {
		fsys := fstest.MapFS{"places.yaml": {Data: places}, "words.yaml": {Data: words}}
		var faults lint.Faults
		loadGazetteer(fsys, &faults)
		loadConcepts(fsys, &faults)
		for _, fault := range faults {
			if fault.Text == "" || fault.Line < 0 {
				t.Errorf("a fault that names nothing: %+v", fault)
			}
		}
	})
}
