package locales

import (
	"testing"
	"testing/fstest"
)

// Whatever a file of messages holds, it is refused or read, and checked, and a text of it is made or an error is told; nothing panics.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"a: Hola\n", "a: {one: una, other: '{{.N}} cosas'}\n", "a: '{{.X'\n", "a: '{{template \"a\"}}'\n", "a: '{{.X.Y | printf \"%d\"}}'\n", "", "-", "~", "a: &a {other: *a}", "a: {other: }", "a:\n  - b\n", "\x00",
		"a: '{{range .X}}{{end}}'\n", "a: {few: x}\n", "a:\n  b:\n    other: c\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"es.yaml": {Data: data}, "en.yaml": {Data: []byte("a: Hello\n")}}
		for _, fault := range Check(fsys, []string{"a"}) {
			if fault.Text == "" {
				t.Errorf("a fault without words: %+v", fault)
			}
		}
		c, err := Load(fsys)
		if err != nil {
			return
		}
		c.OnError = func(string, string, error) {}
		c.Text("es", "a", Args{"X": "x", "N": 2})
		c.Count("es", "a", 2)
	})
}
