;; Speaks a contract before the first.
;; Limit: the version of the contract.
(component
  (instance $any)
  (export "keyreeve:policy/rule@0.9.0" (instance $any))
  (export "keyreeve:policy/keys@0.9.0" (instance $any)))
