/**
 * Refuses the function handlers of preact, such as `onClick={fn}`: no function reaches the browser. Scripts are
 * text in lower case: `onclick="rr(this)"`.
 */

import 'preact';

declare module 'preact' {
  // A mapped type would be a second base with other types, which an interface cannot extend.
  interface HTMLAttributes<RefType extends EventTarget = EventTarget> {
    onLoad?: never;
    onError?: never;
    onCopy?: never;
    onCut?: never;
    onPaste?: never;
    onCompositionEnd?: never;
    onCompositionStart?: never;
    onCompositionUpdate?: never;
    onBeforeToggle?: never;
    onToggle?: never;
    onFocus?: never;
    onFocusIn?: never;
    onFocusOut?: never;
    onBlur?: never;
    onInput?: never;
    onBeforeInput?: never;
    onSearch?: never;
    onSubmit?: never;
    onInvalid?: never;
    onReset?: never;
    onFormData?: never;
    onKeyDown?: never;
    onKeyPress?: never;
    onKeyUp?: never;
    onAbort?: never;
    onCanPlay?: never;
    onCanPlayThrough?: never;
    onDurationChange?: never;
    onEmptied?: never;
    onEncrypted?: never;
    onEnded?: never;
    onLoadedData?: never;
    onLoadedMetadata?: never;
    onLoadStart?: never;
    onPause?: never;
    onPlay?: never;
    onPlaying?: never;
    onProgress?: never;
    onRateChange?: never;
    onSeeked?: never;
    onSeeking?: never;
    onStalled?: never;
    onSuspend?: never;
    onTimeUpdate?: never;
    onVolumeChange?: never;
    onWaiting?: never;
    onClick?: never;
    onContextMenu?: never;
    onDblClick?: never;
    onDrag?: never;
    onDragEnd?: never;
    onDragEnter?: never;
    onDragExit?: never;
    onDragLeave?: never;
    onDragOver?: never;
    onDragStart?: never;
    onDrop?: never;
    onMouseDown?: never;
    onMouseEnter?: never;
    onMouseLeave?: never;
    onMouseMove?: never;
    onMouseOut?: never;
    onMouseOver?: never;
    onMouseUp?: never;
    onAuxClick?: never;
    onSelect?: never;
    onTouchCancel?: never;
    onTouchEnd?: never;
    onTouchMove?: never;
    onTouchStart?: never;
    onPointerOver?: never;
    onPointerEnter?: never;
    onPointerDown?: never;
    onPointerMove?: never;
    onPointerUp?: never;
    onPointerCancel?: never;
    onPointerOut?: never;
    onPointerLeave?: never;
    onGotPointerCapture?: never;
    onLostPointerCapture?: never;
    onScroll?: never;
    onScrollEnd?: never;
    onScrollSnapChange?: never;
    onScrollSnapChanging?: never;
    onWheel?: never;
    onAnimationStart?: never;
    onAnimationEnd?: never;
    onAnimationIteration?: never;
    onTransitionCancel?: never;
    onTransitionEnd?: never;
    onTransitionRun?: never;
    onTransitionStart?: never;
    onEnterPictureInPicture?: never;
    onLeavePictureInPicture?: never;
    onResize?: never;
    onCommand?: never;
  }
}
