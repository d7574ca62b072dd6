;; Wants a clock.
;; Limit: no imports but the contract's.
(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.1.0" (instance $any)))
