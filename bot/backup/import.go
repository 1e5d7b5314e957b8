package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// A Sink takes what is imported, of one kind.
type Sink interface {
	// Put keeps a record under its id. It is true where that changed something; what is there already, the same or newer, stays.
	Put(ctx context.Context, id string, data json.RawMessage) (changed bool, err error)
}

// Result is how an import went.
type Result struct {
	Header  Header
	Version int // of the file
	Changed int
	Kept    int            // was there already
	Unknown map[string]int // records of kinds that nothing takes here, by kind
}

// ErrCutOff says that a file's end is missing: nothing of it was imported.
var ErrCutOff = errors.New("the end is missing: the file was cut off")

// Import reads a file twice: first whether it is whole, then what it holds. What was imported before an error stays; to import again
// after it is fine.
func Import(ctx context.Context, file io.ReadSeeker, sinks map[string]Sink) (Result, error) {
	if _, err := read(file, Version, upgrades(), func(Record) error { return nil }); err != nil {
		return Result{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Result{}, fmt.Errorf("read again: %w", err)
	}
	result := Result{Unknown: map[string]int{}}
	head, err := read(file, Version, upgrades(), func(r Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		sink := sinks[r.Kind]
		if sink == nil {
			result.Unknown[r.Kind]++
			return nil
		}
		changed, err := sink.Put(ctx, r.ID, r.Data)
		switch {
		case err != nil:
			return fmt.Errorf("import a record of kind %q: %w", r.Kind, err)
		case changed:
			result.Changed++
		default:
			result.Kept++
		}
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
				return head, err
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

// Kinds names the kinds that nothing took, in order.
func (r Result) Kinds() []string { return slices.Sorted(maps.Keys(r.Unknown)) }
