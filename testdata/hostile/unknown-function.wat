;; Wants a function of diagnostics that there is not.
;; Limit: no imports but the contract's.
(component
  (import "keyreeve:policy/diagnostics@1.1.0" (instance (export "log" (func (param "message" string)))))
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.1.0" (instance $any)))
