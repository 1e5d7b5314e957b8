package backup

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Sink takes what is imported, of one kind. What is there already, the same or newer, stays.
type Sink interface {
	// Kind names the kind, as the Source's.
	Kind() string
	// Check tells whether Put would change something; it changes nothing. Its error says what is wrong with the record.
	Check(ctx context.Context, id string, data json.RawMessage) (changes bool, err error)
	// Put keeps a record under its id. It is true where that changed something.
	Put(ctx context.Context, id string, data json.RawMessage) (changed bool, err error)
}

// Result is how an import went, or would go.
type Result struct {
	Header  Header
	Version int              // of the file
	Kinds   map[string]Tally // of each kind that the file holds
}

// Tally is what became of the records of one kind.
type Tally struct {
	Changed int // is here now
	Kept    int // was here already
}

// ErrCutOff says that a file's end is missing: nothing of it was imported.
var ErrCutOff = errors.New("the end is missing: the file was cut off")

// Check reads a whole file and tells what Import would do. Its error names the line with which something is wrong.
func Check(ctx context.Context, file io.Reader, sinks ...Sink) (Result, error) {
	seen := map[[2]string]bool{}
	return each(ctx, file, sinks, func(s Sink, r Record) (bool, error) {
		key := [2]string{r.Kind, r.ID}
		if seen[key] {
			return false, fmt.Errorf("%.40s %.80q stands twice", r.Kind, r.ID)
		}
		seen[key] = true
		return s.Check(ctx, r.ID, r.Data)
	})
}

// Import reads a file twice: first whether it is whole and nothing is wrong with it, then what it holds. Where the error is of the
// first, nothing was imported. What was imported before a later error stays; to import again after it is fine.
func Import(ctx context.Context, file io.ReadSeeker, sinks ...Sink) (Result, error) {
	if _, err := Check(ctx, file, sinks...); err != nil {
		return Result{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Result{}, fmt.Errorf("read again: %w", err)
	}
	return each(ctx, file, sinks, func(s Sink, r Record) (bool, error) { return s.Put(ctx, r.ID, r.Data) })
}

// each has do see each record of a file, and counts what it says.
func each(ctx context.Context, file io.Reader, sinks []Sink, do func(Sink, Record) (bool, error)) (Result, error) {
	result := Result{Kinds: map[string]Tally{}}
	head, err := read(file, Version, upgrades(), func(r Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		i := slices.IndexFunc(sinks, func(s Sink) bool { return s.Kind() == r.Kind })
		if i < 0 {
			return fmt.Errorf("records of kind %.40q are not known here", r.Kind)
		}
		changed, err := do(sinks[i], r)
		if err != nil {
			return err
		}
		t := result.Kinds[r.Kind]
		if changed {
			t.Changed++
		} else {
			t.Kept++
		}
		result.Kinds[r.Kind] = t
		return nil
	})
	result.Header, result.Version = Header{Made: head.Made, By: head.By}, head.Version
	return result, err
}

// read reads a file of version up to, or of one before, and gives its records as those of that version.
func read(from io.Reader, upTo int, steps map[int]upgrade, take func(Record) error) (head headerLine, err error) {
	in := bufio.NewScanner(from)
	in.Buffer(make([]byte, 64<<10), MaxLine+1)
	sum := sha256.New()
	end := endLine{}
	records, n := 0, 0
	for in.Scan() {
		n++
		line := in.Bytes()
		switch {
		case end.End:
			return head, fmt.Errorf("line %d stands behind the end", n)
		case n == 1:
			if head, err = readHeader(line, upTo); err != nil {
				return head, err
			}
		default:
			r, e, err := readLine(line)
			if err != nil && !in.Scan() && in.Err() == nil {
				return head, ErrCutOff // within the last line
			}
			if err != nil {
				return head, fmt.Errorf("line %d: %w", n, err)
			}
			if e.End {
				end = e
				if e.Records != records || e.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
					return head, fmt.Errorf("%d records, where the last line says %d, or a line was changed", records, e.Records)
				}
				continue
			}
			records++
			if r, err = upgraded(r, head.Version, upTo, steps); err != nil {
				return head, fmt.Errorf("line %d: %w", n, err)
			}
			if err := take(r); err != nil {
				return head, fmt.Errorf("line %d: %w", n, err)
			}
		}
		_, _ = sum.Write(line) // a hash never fails
		_, _ = sum.Write([]byte{'\n'})
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return head, fmt.Errorf("line %d has more than %d bytes", n+1, MaxLine)
	case err != nil:
		return head, fmt.Errorf("read line %d: %w", n+1, err)
	case n == 0:
		return head, errors.New("the file is empty")
	case !end.End:
		return head, ErrCutOff
	}
	return head, nil
}

func readHeader(line []byte, upTo int) (h headerLine, err error) {
	switch err := json.Unmarshal(line, &h); {
	case err != nil || h.Format != format:
		return h, errors.New("this is no file that cobijo export made")
	case h.Version < 1:
		return h, fmt.Errorf("there was no version %d", h.Version)
	case h.Version > upTo:
		return h, fmt.Errorf("the file is of version %d, and this program reads up to %d: take a newer one", h.Version, upTo)
	}
	return h, nil
}

// readLine reads a record or the end. It quotes nothing of it.
func readLine(line []byte) (r Record, e endLine, err error) {
	var both struct {
		Record
		endLine
	}
	if err := json.Unmarshal(line, &both); err != nil {
		return r, e, errors.New("it cannot be read")
	}
	if both.End {
		return r, both.endLine, nil
	}
	return both.Record, e, both.check()
}

// Decode reads a record's data. It takes no field that it does not know, and quotes nothing but names of fields.
func Decode(data json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
		return fmt.Errorf("%s cannot be read", cmp.Or(e.Field, "it"))
	}
	if _, field, unknown := strings.Cut(err.Error(), "unknown field "); unknown {
		return fmt.Errorf("field %.60s is not known here", field)
	}
	return errors.New("it cannot be read")
}
