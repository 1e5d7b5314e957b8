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
	// Each calls give for each record, in an order that does not change; data is JSON. It ends with give's error.
	Each(ctx context.Context, give func(id string, data json.RawMessage) error) error
}

// Export writes all that the sources give. It gives how many records there are.
func Export(ctx context.Context, w io.Writer, h Header, sources ...Source) (int, error) {
	e := writer{w: w, sum: sha256.New()}
	if err := e.line(headerLine{Format: format, Version: Version, Made: h.Made.UTC(), By: h.By}); err != nil {
		return 0, err
	}
	for _, s := range sources {
		err := s.Each(ctx, func(id string, data json.RawMessage) error {
			r := Record{Kind: s.Kind(), ID: id, Data: data}
			if err := r.check(); err != nil {
				return err
			}
			e.records++
			return e.line(r)
		})
		if err != nil {
			return e.records, fmt.Errorf("export %s: %w", s.Kind(), err)
		}
	}
	return e.records, e.line(endLine{End: true, Records: e.records, SHA256: hex.EncodeToString(e.sum.Sum(nil))})
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
