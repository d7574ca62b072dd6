;; Speaks a later minor version of the contract.
;; Limit: the version of the contract.
(component
  (instance $any)
  (export "keyreeve:policy/rule@1.2.0" (instance $any))
  (export "keyreeve:policy/keys@1.2.0" (instance $any)))
