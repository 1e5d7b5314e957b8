// Package progress keeps what coordination teams report about a commitment: what its actor claims and what somebody else
// assesses, each with who, when, as of which day and on what evidence.
//
// A Report is added to a Book and never changed: the history of a commitment is append-only and has no expiry, since staff's
// records are kept until an operator deletes them. What is deleted leaves a tombstone (who deleted it, when) in place of its
// words. What a commitment's status is now is derived from its history (Current); without a report it is NoInformation, and the
// program never judges by itself. All of it is encrypted at rest; whoever drops the secret that sealed it from COBIJO_SECRET
// without sealing anew (Book.Reseal) loses it.
//
//	book := progress.NewBook(store, time.Now)
//	report, err := book.Add(ctx, progress.Report{Commitment: "mx-04", Kind: progress.Claimed, Status: progress.UnderWay, ...})
//	current, err := book.Current(ctx, "mx-04", "joint-05")
//	counts := progress.CountBy(commitments, current, progress.ByParticipant)
//
// Milestones are days by which something was to be done, imported from YAML or a calendar (.ics).
package progress
