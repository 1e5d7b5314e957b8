// Package lint names what is wrong in content files, by file and line, for editors who are no programmers.
package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Fault is one thing that is wrong in one file.
type Fault struct {
	File string // path below the content's root
	Line int    // from 1; 0 where the whole file is meant
	Text string // what is wrong, as a sentence for an editor
}

// Error says the fault as `file:line: what is wrong`.
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Faults collects what is wrong; the zero value is ready.
type Faults []Fault

// Add notes a fault; format and args are as in fmt.Sprintf.
func (fs *Faults) Add(file string, line int, format string, args ...any) {
	*fs = append(*fs, Fault{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// Sort orders the faults by file, line and text.
func (fs Faults) Sort() {
	slices.SortFunc(fs, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Text, b.Text)
	})
}

// Err joins the faults to one error, nil where there are none.
func (fs Faults) Err() error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errors.Join(errs...)
}

// The decoder puts the line in its messages ("line 3: field x not found in type y", "yaml: line 3: …").
var yamlLine = regexp.MustCompile(`(?:yaml: )?line (\d+): `)

// YAML reads one YAML document strictly into v: an unknown or doubled field is a fault. What is wrong is added to faults;
// it reports whether the file could be used.
func YAML(fsys fs.FS, file string, v any, faults *Faults) bool {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		faults.Add(file, 0, "cannot be read: %v", err)
		return false
	}
	return YAMLBytes(data, file, 0, v, faults)
}

// YAMLBytes is YAML for text that begins after line offset of file.
func YAMLBytes(data []byte, file string, offset int, v any, faults *Faults) bool {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	err := dec.Decode(v)
	if err == nil || errors.Is(err, io.EOF) {
		return true
	}
	messages := []string{err.Error()}
	if te := (*yaml.TypeError)(nil); errors.As(err, &te) {
		messages = te.Errors
	}
	for _, m := range messages {
		line := 0
		if at := yamlLine.FindStringSubmatchIndex(m); at != nil {
			n, _ := strconv.Atoi(m[at[2]:at[3]])
			line, m = n+offset, m[:at[0]]+m[at[1]:]
		}
		faults.Add(file, line, "%s", m)
	}
	return false
}

// LineOf gives the first line of data that holds the text, counted from 1; 0 where none does.
func LineOf(data []byte, text string) int {
	before, _, found := bytes.Cut(data, []byte(text))
	if !found {
		return 0
	}
	return bytes.Count(before, []byte("\n")) + 1
}
