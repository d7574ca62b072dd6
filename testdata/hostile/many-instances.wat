;; 256 instances from a few nested components, each of which has the one before twice.
;; Limit: the number of instances.
(component
  (component $c0
    (core module $code)
    (core instance (instantiate $code)))
  (component $c1
    (alias outer 1 $c0 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c2
    (alias outer 1 $c1 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c3
    (alias outer 1 $c2 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c4
    (alias outer 1 $c3 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c5
    (alias outer 1 $c4 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c6
    (alias outer 1 $c5 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c7
    (alias outer 1 $c6 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c8
    (alias outer 1 $c7 (component $inner))
    (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (instance (instantiate $c8))
  (core module $code
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $code (instantiate $code))
  (func $f (result u32) (canon lift (core func $code "f")))
  (instance $rule (export "describe" (func $f)) (export "configure" (func $f)))
  (instance $keys (export "check" (func $f)))
  (export "keyreeve:policy/rule@1.1.0" (instance $rule))
  (export "keyreeve:policy/keys@1.1.0" (instance $keys)))
