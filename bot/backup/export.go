package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// A Source gives what is to be exported, of one kind.
type Source interface {
	// Kind names the kind, for ever.
	Kind() string
	// Each calls give for each record, in an order that does not change; data is JSON, nil for a record that no secret opens. It
	// ends with give's error.
	Each(ctx context.Context, give func(id string, data json.RawMessage) error) error
}

// Sum is how much was exported, by kind.
type Sum struct {
	Records map[string]int
	Lost    map[string]int // what no secret opens: it is left out
}

// Export writes all that the sources give, and tells how much that is.
func Export(ctx context.Context, w io.Writer, h Header, sources ...Source) (Sum, error) {
	e := writer{w: w, sum: sha256.New()}
	sum := Sum{Records: map[string]int{}, Lost: map[string]int{}}
	if err := e.line(headerLine{Format: format, Version: Version, Made: h.Made.UTC(), By: h.By}); err != nil {
		return sum, err
	}
	for _, s := range sources {
		err := s.Each(ctx, func(id string, data json.RawMessage) error {
			if data == nil {
				sum.Lost[s.Kind()]++
				return nil
			}
			r := Record{Kind: s.Kind(), ID: id, Data: data}
			if err := r.check(); err != nil {
				return err
			}
			e.records++
			sum.Records[r.Kind]++
			return e.line(r)
		})
		if err != nil {
			return sum, fmt.Errorf("export %s: %w", s.Kind(), err)
		}
	}
	return sum, e.line(endLine{End: true, Records: e.records, SHA256: hex.EncodeToString(e.sum.Sum(nil))})
}

type writer struct {
	w       io.Writer
	sum     hash.Hash
	records int
}

func (e *writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a line: %w", err)
	}
	if len(b) > MaxLine {
		return fmt.Errorf("a line of %d bytes: at most %d", len(b), MaxLine)
	}
	b = append(b, '\n')
	_, _ = e.sum.Write(b) // a hash never fails
	if _, err := e.w.Write(b); err != nil {
		return fmt.Errorf("write a line: %w", err)
	}
	return nil
}
